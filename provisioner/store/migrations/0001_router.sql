CREATE TABLE "access_codes" (
	"hash" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"host" text NOT NULL,
	"person" text NOT NULL,
	"path" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"family" text NOT NULL,
	"ends_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"hash" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"host" text NOT NULL,
	"person" text NOT NULL,
	"family" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"renewed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shares" (
	"workspace" text NOT NULL,
	"person" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "shares_workspace_person_pk" PRIMARY KEY("workspace","person")
);
--> statement-breakpoint
CREATE TABLE "usage" (
	"workspace" text PRIMARY KEY NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"messages" bigint DEFAULT 0 NOT NULL,
	"bytes_in" bigint DEFAULT 0 NOT NULL,
	"bytes_out" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "wakes" (
	"workspace" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "access_codes_workspace" ON "access_codes" USING btree ("workspace");--> statement-breakpoint
CREATE INDEX "access_codes_person" ON "access_codes" USING btree ("person");--> statement-breakpoint
CREATE INDEX "access_codes_expires_at" ON "access_codes" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_workspace" ON "sessions" USING btree ("workspace");--> statement-breakpoint
CREATE INDEX "sessions_person" ON "sessions" USING btree ("person");--> statement-breakpoint
CREATE INDEX "sessions_family" ON "sessions" USING btree ("family");--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "shares_person" ON "shares" USING btree ("person");--> statement-breakpoint
CREATE INDEX "workspaces_label" ON "workspaces" USING btree ("host");
--> statement-breakpoint
-- What routers keep in memory is told to them by the database itself, whoever changes it and by whatever code:
-- `workspace <id> <label>` (look at it anew) and `session <hash> <workspace>` (it is gone).
CREATE FUNCTION "tell_routers_of_workspace"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.host, OLD.owner, OLD.blueprint, OLD.desired, OLD.phase)
      IS NOT DISTINCT FROM (NEW.host, NEW.owner, NEW.blueprint, NEW.desired, NEW.phase) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    PERFORM pg_notify('berth_route', 'workspace ' || OLD.id || ' ' || OLD.host);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM pg_notify('berth_route', 'workspace ' || NEW.id || ' ' || NEW.host);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "tell_routers" AFTER INSERT OR UPDATE OR DELETE ON "workspaces"
  FOR EACH ROW EXECUTE FUNCTION "tell_routers_of_workspace"();
--> statement-breakpoint
CREATE FUNCTION "tell_routers_of_session"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_route', 'session ' || OLD.hash || ' ' || OLD.workspace);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "tell_routers" AFTER DELETE ON "sessions"
  FOR EACH ROW EXECUTE FUNCTION "tell_routers_of_session"();
--> statement-breakpoint
CREATE FUNCTION "tell_routers_of_share"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_route', 'workspace ' || OLD.workspace || ' ');
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "tell_routers" AFTER UPDATE OR DELETE ON "shares"
  FOR EACH ROW EXECUTE FUNCTION "tell_routers_of_share"();
--> statement-breakpoint
CREATE FUNCTION "tell_of_wake"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_wake', NEW.workspace);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "tell" AFTER INSERT ON "wakes" FOR EACH ROW EXECUTE FUNCTION "tell_of_wake"();

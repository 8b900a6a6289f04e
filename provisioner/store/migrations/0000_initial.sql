CREATE TABLE "hosts" (
	"label" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"workspace" text NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"subject" text NOT NULL,
	"key" text NOT NULL,
	"request" text NOT NULL,
	"workspace" text,
	"operation" text,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_subject_key_pk" PRIMARY KEY("subject","key")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"workspace" text PRIMARY KEY NOT NULL,
	"lease" text NOT NULL,
	"holder" jsonb NOT NULL,
	"job" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"acquired_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "leases_lease_unique" UNIQUE("lease")
);
--> statement-breakpoint
CREATE TABLE "operation_lines" (
	"operation" text NOT NULL,
	"sequence" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"level" text NOT NULL,
	"message" text NOT NULL,
	CONSTRAINT "operation_lines_operation_sequence_pk" PRIMARY KEY("operation","sequence")
);
--> statement-breakpoint
CREATE TABLE "operations" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"kind" text NOT NULL,
	"generation" integer NOT NULL,
	"outcome" text,
	"error" jsonb,
	"attempts" integer DEFAULT 0 NOT NULL,
	"timings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"lines" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "owners" (
	"owner" text PRIMARY KEY NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"forgotten_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"owner" text,
	"hash" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "volumes" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"blueprint" text NOT NULL,
	"volume" text NOT NULL,
	"size" text NOT NULL,
	"state" text NOT NULL,
	"workspace" text,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	CONSTRAINT "volumes_volume_unique" UNIQUE("volume")
);
--> statement-breakpoint
CREATE TABLE "webhook_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "workspaces_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"blueprint" text NOT NULL,
	"blueprint_version" integer NOT NULL,
	"parameters" jsonb NOT NULL,
	"host" text NOT NULL,
	"desired" text NOT NULL,
	"disposal" text,
	"phase" text NOT NULL,
	"message" text,
	"generation" integer NOT NULL,
	"observed_generation" integer DEFAULT 0 NOT NULL,
	"spec_generation" integer NOT NULL,
	"deployed_generation" integer DEFAULT 0 NOT NULL,
	"dirty" boolean DEFAULT false NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"lease_epoch" integer DEFAULT 0 NOT NULL,
	"operation" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ready_at" timestamp with time zone,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_generation" ON "operations" USING btree ("workspace","generation");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_unfinished" ON "operations" USING btree ("workspace") WHERE "operations"."outcome" is null;--> statement-breakpoint
CREATE INDEX "volumes_owner" ON "volumes" USING btree ("owner","name");--> statement-breakpoint
CREATE INDEX "volumes_workspace" ON "volumes" USING btree ("workspace");--> statement-breakpoint
CREATE INDEX "webhook_messages_at" ON "webhook_messages" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_owner_name" ON "workspaces" USING btree ("owner","name") WHERE "workspaces"."phase" <> 'deleted';--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_host" ON "workspaces" USING btree ("host") WHERE "workspaces"."phase" <> 'deleted';--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_sequence" ON "workspaces" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "workspaces_unobserved" ON "workspaces" USING btree ("next_attempt_at") WHERE "workspaces"."generation" <> "workspaces"."observed_generation" and "workspaces"."phase" <> 'needs-attention';
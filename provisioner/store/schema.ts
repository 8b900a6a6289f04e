import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { TokenScope } from "../contract/answers.ts";
import type { DesiredState, OperationKind, Outcome, Phase, VolumeDisposal } from "../contract/workspace.ts";

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** Owners that were ever seen. The row is what a transaction locks that must be the only one of that owner. */
export const owners = pgTable("owners", {
  owner: text().primaryKey(),
  seenAt: moment("seen_at").notNull().defaultNow(),
  /** The user is gone from the product: nothing is made for them any more. */
  forgottenAt: moment("forgotten_at"),
});

/** The truth about what is wanted, and what was seen of it. Deleted ones stay as history. */
export const workspaces = pgTable(
  "workspaces",
  {
    id: text().primaryKey(),
    /** Order of creation, for pages. */
    sequence: bigint({ mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    owner: text().notNull(),
    name: text().notNull(),
    blueprint: text().notNull(),
    blueprintVersion: integer("blueprint_version").notNull(),
    parameters: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    /** Host label; claimed in `hosts`. */
    host: text().notNull(),
    desired: text().$type<DesiredState>().notNull(),
    /** What the delete that was asked for does with the volume. */
    disposal: text().$type<VolumeDisposal>(),
    phase: text().$type<Phase>().notNull(),
    message: text(),
    /** Grows with each accepted change. */
    generation: integer().notNull(),
    /** The generation that was last brought about. */
    observedGeneration: integer("observed_generation").notNull().default(0),
    /** The generation that last changed what the engine deploys. */
    specGeneration: integer("spec_generation").notNull(),
    /** The spec generation that the engine last deployed; 0: none. */
    deployedGeneration: integer("deployed_generation").notNull().default(0),
    /** An engine run began and was not seen to end: the next one must repair first. */
    dirty: boolean().notNull().default(false),
    /** Failed attempts at this generation in a row. */
    failures: integer().notNull().default(0),
    /** Not before; null: at once. */
    nextAttemptAt: moment("next_attempt_at"),
    /** How many leases there were: a later holder's epoch is greater. */
    leaseEpoch: integer("lease_epoch").notNull().default(0),
    /** The latest operation. */
    operation: text(),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    readyAt: moment("ready_at"),
    deletedAt: moment("deleted_at"),
  },
  (table) => [
    uniqueIndex("workspaces_owner_name").on(table.owner, table.name).where(sql`${table.phase} <> 'deleted'`),
    uniqueIndex("workspaces_host").on(table.host).where(sql`${table.phase} <> 'deleted'`),
    // Deleted ones too: whether a host was another workspace's before.
    index("workspaces_label").on(table.host),
    uniqueIndex("workspaces_sequence").on(table.sequence),
    index("workspaces_unobserved")
      .on(table.nextAttemptAt)
      .where(sql`${table.generation} <> ${table.observedGeneration} and ${table.phase} <> 'needs-attention'`),
  ],
);

/** Host labels: who has them, and who had them last. */
export const hosts = pgTable("hosts", {
  label: text().primaryKey(),
  owner: text().notNull(),
  workspace: text().notNull(),
  claimedAt: moment("claimed_at").notNull().defaultNow(),
  releasedAt: moment("released_at"),
});

/**
 * Volumes that are, or may come to be, without a workspace.
 * - `keeping`: its workspace is being deleted and leaves it.
 * - `kept`: free, until a workspace of the same owner, name and blueprint is made.
 * - `claimed`: bound, or about to be bound, by `workspace`.
 * - `deleting`: its data is on its way out.
 */
export const volumes = pgTable(
  "volumes",
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    name: text().notNull(),
    blueprint: text().notNull(),
    /** The runtime's own name of it. */
    volume: text().notNull().unique(),
    size: text().notNull(),
    state: text().$type<"keeping" | "kept" | "claimed" | "deleting">().notNull(),
    workspace: text(),
    keptAt: moment("kept_at").notNull().defaultNow(),
    failures: integer().notNull().default(0),
    nextAttemptAt: moment("next_attempt_at"),
  },
  (table) => [index("volumes_owner").on(table.owner, table.name), index("volumes_workspace").on(table.workspace)],
);

export const operations = pgTable(
  "operations",
  {
    id: text().primaryKey(),
    workspace: text().notNull(),
    kind: text().$type<OperationKind>().notNull(),
    generation: integer().notNull(),
    outcome: text().$type<Outcome>(),
    error: jsonb().$type<{ readonly code: string; readonly message: string }>(),
    attempts: integer().notNull().default(0),
    /** Milliseconds by phase. */
    timings: jsonb().$type<Readonly<Record<string, number>>>().notNull().default({}),
    /** Number of lines of its log. */
    lines: integer().notNull().default(0),
    createdAt: moment("created_at").notNull().defaultNow(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
  },
  (table) => [
    uniqueIndex("operations_generation").on(table.workspace, table.generation),
    // A newer change supersedes what is under way: never two at once.
    uniqueIndex("operations_unfinished").on(table.workspace).where(sql`${table.outcome} is null`),
  ],
);

export const operationLines = pgTable(
  "operation_lines",
  {
    operation: text().notNull(),
    sequence: integer().notNull(),
    at: moment("at").notNull(),
    level: text().$type<"info" | "warn" | "error">().notNull(),
    message: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.operation, table.sequence] })],
);

/** Which process: enough to tell whether it still lives, where that can be told. */
export interface Holder {
  readonly host: string;
  /** Id of the machine's boot. */
  readonly boot: string;
  /** The PID namespace: in another one the process id says nothing. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started, in the words of the system: only to be compared. */
  readonly started: string;
}

/** Who may touch a workspace's stack at the moment. No row: nobody. */
export const leases = pgTable("leases", {
  workspace: text().primaryKey(),
  lease: text().notNull().unique(),
  holder: jsonb().$type<Holder>().notNull(),
  /** The queue entry under which it runs. */
  job: uuid().notNull(),
  epoch: integer().notNull(),
  acquiredAt: moment("acquired_at").notNull().defaultNow(),
  expiresAt: moment("expires_at").notNull(),
});

export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    subject: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of the request. */
    request: text().notNull(),
    workspace: text(),
    operation: text(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.subject, table.key] }),
    index("idempotency_keys_expires_at").on(table.expiresAt),
  ],
);

export const tokens = pgTable("tokens", {
  id: text().primaryKey(),
  name: text().notNull(),
  scope: text().$type<TokenScope>().notNull(),
  owner: text(),
  /** SHA-256 of the whole token, in hex. */
  hash: text().notNull().unique(),
  createdAt: moment("created_at").notNull(),
  expiresAt: moment("expires_at"),
  revokedAt: moment("revoked_at"),
});

/** Webhook messages that were dealt with. */
export const webhookMessages = pgTable(
  "webhook_messages",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    at: moment("at").notNull(),
  },
  (table) => [index("webhook_messages_at").on(table.at)],
);

/** Codes that open a host for a person once: the backend asks for one, the browser exchanges it for a session. */
export const accessCodes = pgTable(
  "access_codes",
  {
    /** SHA-256 of the code, in hex: the code itself is kept nowhere. */
    hash: text().primaryKey(),
    workspace: text().notNull(),
    /** Host below the domain that it is for: a workspace's label, with a port before it where there is one. */
    host: text().notNull(),
    person: text().notNull(),
    /** Where the browser goes then. */
    path: text().notNull(),
    expiresAt: moment("expires_at").notNull(),
    /** Sessions that came of one another, so that leaving ends them together. */
    family: text().notNull(),
    /** When the session that it becomes ends at the latest; null: as the router's settings say. */
    endsAt: moment("ends_at"),
  },
  (table) => [
    index("access_codes_workspace").on(table.workspace),
    index("access_codes_person").on(table.person),
    index("access_codes_expires_at").on(table.expiresAt),
  ],
);

/** Who may pass the router, at which host. A session that is gone is revoked: its row is deleted. */
export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the cookie's token, in hex. */
    hash: text().primaryKey(),
    workspace: text().notNull(),
    host: text().notNull(),
    person: text().notNull(),
    family: text().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    renewedAt: moment("renewed_at").notNull().defaultNow(),
    /** Moves on while it is used, up to `endsAt`. */
    expiresAt: moment("expires_at").notNull(),
    endsAt: moment("ends_at").notNull(),
  },
  (table) => [
    index("sessions_workspace").on(table.workspace),
    index("sessions_person").on(table.person),
    index("sessions_family").on(table.family),
    index("sessions_expires_at").on(table.expiresAt),
  ],
);

/** People who may open a workspace that is not theirs. */
export const shares = pgTable(
  "shares",
  {
    workspace: text().notNull(),
    person: text().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.person] }), index("shares_person").on(table.person)],
);

/** Sleeping workspaces that somebody stands before: written by the router, answered by the API's process. */
export const wakes = pgTable("wakes", {
  workspace: text().primaryKey(),
  person: text().notNull(),
  at: moment("at").notNull().defaultNow(),
});

/** What passed the router, by workspace. */
export const usage = pgTable("usage", {
  workspace: text().primaryKey(),
  requests: bigint({ mode: "number" }).notNull().default(0),
  /** Data messages of WebSockets, both ways: pings, pongs and closes are not use. */
  messages: bigint({ mode: "number" }).notNull().default(0),
  /** Bytes from browsers. */
  bytesIn: bigint("bytes_in", { mode: "number" }).notNull().default(0),
  /** Bytes to browsers. */
  bytesOut: bigint("bytes_out", { mode: "number" }).notNull().default(0),
  /** When anything but keepalives passed last. */
  lastUsedAt: moment("last_used_at"),
});

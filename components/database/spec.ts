import { z } from "zod";
import { databaseRoles } from "../core/database-roles.ts";
import { logRetentionDays } from "../core/log-retention.ts";
import { parseOrExplain } from "../core/parse.ts";
import { postgresMajor, postgresMajors } from "./versions.ts";
import { readDailyWindow, readWeeklyWindow, windowsMeet } from "./windows.ts";

const majors = Object.keys(postgresMajors).join(", ");

/** Parameters that the component sets itself. */
export const ownParameters = [
  "rds.force_ssl",
  "log_min_duration_statement",
  "log_lock_waits",
  "log_connections",
  "log_disconnections",
  "log_statement",
  "log_temp_files",
] as const;

const storage = z
  .strictObject({
    initialGiB: z
      .int()
      .min(20, "Write at least 20: the least of gp3 on RDS")
      .max(65_536)
      .default(20)
      .describe("GiB when it is made; later growth is RDS' own, and it never shrinks"),
    maxGiB: z.int().max(65_536).default(100).describe("GiB up to which RDS grows it by itself"),
  })
  .describe("Storage, gp3: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html");

const backups = z
  .strictObject({
    days: z
      .int()
      .min(1, "Write 1 to 35: 0 would turn backups off")
      .max(35)
      .default(7)
      .describe("Days that they are kept"),
    window: z
      .string()
      .default("02:00-03:00")
      .describe("When the daily one is taken, UTC")
      .meta({ examples: ["02:00-03:00"] }),
  })
  .describe("Automated backups, with recovery to any second within them");

/** A Postgres database on RDS. */
export const databaseSpec = z
  .strictObject({
    identifier: z
      .string()
      .regex(
        /^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/,
        "Write 2 to 63 of a-z, 0-9 and '-', beginning with a letter, without '--' and not ending with '-'",
      )
      .describe("Name of the instance in the account; another one would be another database")
      .meta({ examples: ["berth-prod"] }),
    version: z
      .string()
      .refine((version) => postgresMajor(version) !== null, {
        error: `Write a version of Postgres that RDS supports without Extended Support: ${majors}, or one with its minor ("17.6")`,
        abort: true,
      })
      .describe("Version of Postgres: a major, or a major and minor where minor upgrades are not automatic")
      .meta({ examples: ["17"] }),
    instanceClass: z
      .string()
      .regex(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, 'Write an RDS instance class: "db.t4g.small", "db.m7g.large"')
      .default("db.t4g.small")
      .describe("Instance class"),
    databaseName: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/, "Write 1 to 63 of a-z, 0-9 and '_', not beginning with a digit")
      .default("berth")
      .describe("Name of the first database"),
    masterUsername: z
      .string()
      .regex(
        /^(?!rds|pg_|admin$)[a-z][a-z0-9_]{0,62}$/,
        "Write 1 to 63 of a-z, 0-9 and '_', beginning with a letter, not one of Postgres' or RDS' own names (admin, rds…, pg_…)",
      )
      .default("berth_master")
      .describe("Name of the master user, whose password RDS makes, keeps in Secrets Manager and rotates"),
    storage: storage.prefault({}),
    backups: backups.prefault({}),
    maintenanceWindow: z
      .string()
      .default("sun:03:30-sun:04:30")
      .describe("When RDS may restart it for changes and patches, UTC"),
    multiAz: z
      .boolean()
      .default(false)
      .describe("A standby in a second zone, with failover in about a minute; doubles the price"),
    insights: z
      .enum(["off", "standard", "advanced"])
      .default("standard")
      .describe("Database Insights: standard keeps 7 days free of charge, advanced 465 days at a price by vCPU"),
    monitoringSeconds: z
      .union(
        ([0, 1, 5, 10, 15, 30, 60] as const).map((seconds) => z.literal(seconds)),
        { error: "Write 0 (off), 1, 5, 10, 15, 30 or 60" },
      )
      .default(0)
      .describe("Seconds between the operating system's figures (Enhanced Monitoring); 0 is off"),
    certificateAuthority: z
      .enum(["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"])
      .default("rds-ca-rsa2048-g1")
      .describe("Which of RDS' authorities signs the server's certificate"),
    autoMinorVersionUpgrade: z
      .boolean()
      .default(true)
      .describe("Whether RDS takes new minor versions in the maintenance window"),
    allowMajorVersionUpgrade: z
      .boolean()
      .default(false)
      .describe("Whether another major in `version` is carried out; set it for the upgrade only"),
    applyImmediately: z
      .boolean()
      .default(false)
      .describe("Whether changes are made at once, with their interruption, and not in the maintenance window"),
    slowQueryMilliseconds: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(1000)
      .describe("Milliseconds from which a statement is logged"),
    logDays: logRetentionDays.default(30).describe("Days that its logs are kept in CloudWatch"),
    parameters: z
      .record(z.string().regex(/^[a-z_.]+$/, "Write a parameter's name: a-z, '_' and '.'"), z.string())
      .default({})
      .describe("Further parameters of Postgres, by name; those that need a restart wait for one"),
    deletionProtection: z.boolean().default(true).describe("Whether AWS refuses to delete it"),
    finalSnapshot: z
      .boolean()
      .default(true)
      .describe("Whether a snapshot is taken when it is deleted after all; its key then stays too"),
    protectData: z.boolean().default(true).describe("Whether Pulumi refuses to delete or replace it and its key"),
  })
  .superRefine((spec, context) => {
    const mistake = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    // RDS takes a threshold only when it is at least a tenth above the storage there is:
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    const least = Math.ceil((spec.storage.initialGiB * 11) / 10);
    if (spec.storage.maxGiB < least)
      mistake(["storage", "maxGiB"], `Write at least ${least}: a tenth above initialGiB`);
    if (!spec.autoMinorVersionUpgrade && !spec.version.includes(".")) {
      mistake(["version"], `Write the minor too ("${spec.version}.6"), or leave autoMinorVersionUpgrade on`);
    }
    const daily = readDailyWindow(spec.backups.window);
    const weekly = readWeeklyWindow(spec.maintenanceWindow);
    // Both last half an hour at least: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    if (daily === null || daily.minutes < 30) {
      mistake(["backups", "window"], 'Write hours and minutes UTC, half an hour at least: "02:00-03:00"');
    }
    if (weekly === null || weekly.minutes < 30 || weekly.minutes > 24 * 60) {
      mistake(["maintenanceWindow"], 'Write days, hours and minutes UTC, half an hour to a day: "sun:03:30-sun:04:30"');
    }
    if (daily !== null && weekly !== null && windowsMeet(weekly, daily)) {
      mistake(["maintenanceWindow"], `Write a time that does not meet the backup window ${spec.backups.window}`);
    }
    for (const name of ownParameters.filter((own) => Object.hasOwn(spec.parameters, own))) {
      mistake(["parameters", name], "It is set here already: take it out (log times have slowQueryMilliseconds)");
    }
    if (Object.values<string>(databaseRoles).includes(spec.masterUsername)) {
      mistake(["masterUsername"], "Write another name: it is the role of one of the programs, which owns nothing");
    }
    if (spec.protectData && !spec.deletionProtection) {
      mistake(["deletionProtection"], "Leave it true while protectData is: take both away to part with the data");
    }
  });
/** What it is once read: every default filled in. */
export type DatabaseSpec = z.infer<typeof databaseSpec>;
/** The same as one writes it: what has a default may be left out. */
export type DatabaseSpecInput = z.input<typeof databaseSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseDatabaseSpec(spec: unknown): DatabaseSpec {
  return parseOrExplain(databaseSpec, spec, "spec");
}

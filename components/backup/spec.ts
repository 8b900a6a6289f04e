import { z } from "zod";
import { parseOrExplain } from "../core/parse.ts";

const schedule = z
  .string()
  .regex(/^cron\((\S+ ){5}\S+\)$/, 'must be six fields in UTC: "cron(0 3 * * ? *)" is each day at 3:00')
  .describe("When it begins, in UTC: minutes, hours, day of month, month, day of week, year");
const retentionDays = z.int().min(1).max(36_500);

const rule = (begins: string, kept: number) =>
  z.strictObject({
    schedule: schedule.default(begins),
    retentionDays: retentionDays.default(kept).describe("Days that a backup is kept"),
  });

/** What is backed up when, and for how long. */
export const backupSpec = z
  .strictObject({
    daily: rule("cron(0 2 * * ? *)", 35).prefault({}).describe("The backup of each day"),
    weekly: z
      .union([z.literal(false), rule("cron(0 6 ? * SUN *)", 90)])
      .default(false)
      .describe("A backup of each week that is kept longer, or false"),
    lock: z
      .union([
        z.literal(false),
        z.strictObject({
          minRetentionDays: retentionDays.describe("Fewest days that any backup in the vault is kept"),
          maxRetentionDays: retentionDays.describe("Most days that any backup in the vault is kept"),
          irrevocableAfterDays: z
            .int()
            .min(3)
            .max(36_500)
            .optional()
            .describe(
              "Days after which nobody, not even AWS, can take the lock off. Without it, whoever has the right to can",
            ),
        }),
      ])
      .default(false)
      .describe("Whether backups cannot be deleted before their time"),
    protectData: z
      .boolean()
      .default(true)
      .describe(
        "Whether Pulumi refuses to delete the vault and its key; without it they go, and all that is in the vault",
      ),
  })
  .check(({ value: { daily, weekly, lock }, issues }) => {
    if (lock === false) return;
    const { minRetentionDays: least, maxRetentionDays: most } = lock;
    if (least > most) {
      const message = `must be at most maxRetentionDays, which is ${most}`;
      issues.push({ code: "custom", input: least, path: ["lock", "minRetentionDays"], message });
      return;
    }
    const rules = { daily, ...(weekly === false ? {} : { weekly }) };
    for (const [name, { retentionDays: kept }] of Object.entries(rules)) {
      if (kept >= least && kept <= most) continue;
      // AWS lets the plan be made, and then every backup of it fails.
      const message = `must be within the lock, from ${least} to ${most} days: it is ${kept}`;
      issues.push({ code: "custom", input: kept, path: [name, "retentionDays"], message });
    }
  })
  .describe("Backups of workspaces' volumes and the database")
  .meta({ examples: [{ daily: { retentionDays: 35 }, weekly: { retentionDays: 90 } }] });
/** What it is once read: every default filled in. */
export type BackupSpec = z.infer<typeof backupSpec>;
/** The same as one writes it: what has a default may be left out. */
export type BackupSpecInput = z.input<typeof backupSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseBackupSpec(spec: unknown): BackupSpec {
  return parseOrExplain(backupSpec, spec, "spec");
}

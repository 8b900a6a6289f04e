import { backedUp, type Tags } from "../core/tags.ts";
import { serviceTrust } from "../core/trust.ts";
import type { BackupSpec } from "./spec.ts";

/** Minutes from its time within which a backup must have begun; AWS takes 60 at least. */
const startWindow = 60;
/** Minutes from its time within which it must be done: before the next one. */
const completionWindow = 600;

/** The rules of the backup plan, without the vault they write to. */
export function backupRules({ daily, weekly }: BackupSpec, tags: Tags) {
  const rules = { daily, ...(weekly === false ? {} : { weekly }) };
  return Object.entries(rules).map(([ruleName, { schedule, retentionDays }]) => ({
    ruleName,
    schedule,
    startWindow,
    completionWindow,
    lifecycle: { deleteAfter: retentionDays },
    // AWS Backup makes the recovery points: the provider's default tags do not reach them.
    recoveryPointTags: { ...tags },
  }));
}

/**
 * Which volumes: those marked as to be backed up, of this installation. Not every tag of ours, as a volume keeps those
 * that it was made with when the stack's change.
 */
export function volumeSelection(installation: string) {
  const wanted = { ...backedUp, "berth.dev/installation": installation };
  return {
    resources: ["arn:aws:ec2:*:*:volume/*"],
    conditions: [
      {
        stringEquals: Object.entries(wanted).map(([key, value]) => ({ key: `aws:ResourceTag/${key}`, value })),
      },
    ],
  };
}

/** The vault's lock, as `aws.backup.VaultLockConfiguration` takes it beside the vault's name; null for none. */
export function vaultLock({ lock }: BackupSpec) {
  if (lock === false) return null;
  const { minRetentionDays, maxRetentionDays, irrevocableAfterDays } = lock;
  return {
    minRetentionDays,
    maxRetentionDays,
    ...(irrevocableAfterDays === undefined ? {} : { changeableForDays: irrevocableAfterDays }),
  };
}

/**
 * AWS' own lists of what it takes to back up and to restore.
 * Source: https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
 */
export const backupPolicies: readonly string[] = [
  "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
];

/** Who may take the role. */
export const backupTrustPolicy = serviceTrust("backup.amazonaws.com");

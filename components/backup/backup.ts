import { Plan, type PlanArgs } from "@pulumi/aws/backup/plan.js";
import { Selection, type SelectionArgs } from "@pulumi/aws/backup/selection.js";
import { Vault, type VaultArgs } from "@pulumi/aws/backup/vault.js";
import { VaultLockConfiguration } from "@pulumi/aws/backup/vaultLockConfiguration.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import type { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { attachPolicies } from "../attached-policies.ts";
import type { Tags } from "../core/tags.ts";
import { declare, type Transform } from "../transform.ts";
import { backupPolicies, backupRules, backupTrustPolicy, vaultLock, volumeSelection } from "./plan.ts";
import { type BackupSpecInput, parseBackupSpec } from "./spec.ts";

export interface BackupArgs {
  /** What is backed up when, and for how long. Plain data, because it decides which rules exist. */
  readonly spec: BackupSpecInput;
  /** Which Berth's volumes: those with `berth.dev/backup` and this `berth.dev/installation`. */
  readonly installation: string;
  /** ARN of a database that is backed up too. Whether there is one is decided here; the ARN may come later. */
  readonly databaseArn?: pulumi.Input<string>;
  /**
   * Tags of the backups: AWS makes them, so the provider's default tags do not reach them.
   * @default {}
   */
  readonly tags?: Tags;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly key?: Transform<KeyArgs>;
    readonly vault?: Transform<VaultArgs>;
    readonly role?: Transform<RoleArgs>;
    readonly plan?: Transform<PlanArgs>;
    readonly volumes?: Transform<SelectionArgs>;
    readonly database?: Transform<SelectionArgs>;
  };
}

/** The backup's resources. */
export interface BackupNodes {
  readonly key: Key;
  readonly vault: Vault;
  readonly lock: VaultLockConfiguration | null;
  readonly role: Role;
  /** By name of the policy. */
  readonly policies: Readonly<Record<string, RolePolicyAttachment>>;
  readonly plan: Plan;
  readonly volumes: Selection;
  readonly database: Selection | null;
}

/**
 * Backups by AWS Backup, each day and if wanted each week, of all workspaces' volumes of an installation, asleep or
 * awake, and of its database, into a vault that Pulumi does not delete. EBS and RDS backups keep the key of what they
 * are of; the vault's own key is for what AWS Backup encrypts itself
 * (https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html).
 *
 * A volume's backup is what the disk held at that moment, as after a power cut: file systems and databases made for it
 * come up again.
 *
 * How to give a workspace its volume, or the platform its database, of an earlier day back: docs/operations.md#backups-and-restores.
 *
 * Backups cost $0.05 a GB and month for volumes, of which only changed blocks count, $0.095 for the database, and the
 * key $1 (us-east-1; https://aws.amazon.com/backup/pricing/, https://aws.amazon.com/kms/pricing/).
 *
 * @example
 * new Backup("backup", {
 *   spec: { daily: { retentionDays: 35 }, weekly: { retentionDays: 90 } },
 *   installation: "prod", databaseArn: database.arn, tags,
 * });
 */
export class Backup extends pulumi.ComponentResource {
  /** Name of the vault. */
  readonly vaultName: pulumi.Output<string>;
  /** ARN of the vault. */
  readonly vaultArn: pulumi.Output<string>;
  /** ARN of the role that backs up and, by hand, restores. */
  readonly roleArn: pulumi.Output<string>;
  readonly nodes: BackupNodes;

  constructor(name: string, args: BackupArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:backup:Backup", name, {}, options);
    const spec = parseBackupSpec(args.spec);
    const { installation, databaseArn, tags = {}, transform = {} } = args;
    const here = { parent: this };
    const kept = { ...here, protect: spec.protectData };

    const lockable = declare<KeyArgs>(
      transform.key,
      { description: `Backups of ${installation}`, enableKeyRotation: true, deletionWindowInDays: 30 },
      kept,
    );
    const key = new Key(`${name}-key`, lockable.args, lockable.options);
    const safe = declare<VaultArgs>(transform.vault, { kmsKeyArn: key.arn, forceDestroy: !spec.protectData }, kept);
    const vault = new Vault(`${name}-vault`, safe.args, safe.options);
    const locked = vaultLock(spec);
    const lock = locked && new VaultLockConfiguration(`${name}-lock`, { ...locked, backupVaultName: vault.name }, here);
    const { role, policies } = backupRole(name, transform.role, here);

    const rules = backupRules(spec, tags).map((rule) => ({ ...rule, targetVaultName: vault.name }));
    const planned = declare<PlanArgs>(transform.plan, { rules }, { ...here, dependsOn: lock === null ? [] : [lock] });
    const plan = new Plan(`${name}-plan`, planned.args, planned.options);
    const select = (
      what: string,
      selected: Pick<SelectionArgs, "resources" | "conditions">,
      change?: Transform<SelectionArgs>,
    ) => {
      const wanted = { ...selected, planId: plan.id, iamRoleArn: role.arn };
      // A backup that begins before the role has its rights fails.
      const child = declare<SelectionArgs>(change, wanted, { ...here, dependsOn: Object.values(policies) });
      return new Selection(`${name}-${what}`, child.args, child.options);
    };
    const volumes = select("volumes", volumeSelection(installation), transform.volumes);
    const database =
      databaseArn === undefined ? null : select("database", { resources: [databaseArn] }, transform.database);

    this.nodes = { key, vault, lock, role, policies, plan, volumes, database };
    this.vaultName = vault.name;
    this.vaultArn = vault.arn;
    this.roleArn = role.arn;
    this.registerOutputs({ vaultName: this.vaultName, vaultArn: this.vaultArn, roleArn: this.roleArn });
  }
}

function backupRole(name: string, transform: Transform<RoleArgs> | undefined, here: pulumi.CustomResourceOptions) {
  const child = declare<RoleArgs>(
    transform,
    { description: "Backs up and restores", assumeRolePolicy: backupTrustPolicy },
    here,
  );
  const role = new Role(`${name}-role`, child.args, child.options);
  return { role, policies: attachPolicies(name, role, backupPolicies, here) };
}

import { describe, expect, test } from "vitest";
import { Backup, type BackupArgs } from "../../components/backup/backup.ts";
import { backupRules, backupTrustPolicy, volumeSelection } from "../../components/backup/plan.ts";
import { type BackupSpecInput, parseBackupSpec } from "../../components/backup/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const dev: BackupSpecInput = { daily: { retentionDays: 7 }, protectData: false };
const prod: BackupSpecInput = {
  daily: { retentionDays: 35 },
  weekly: { retentionDays: 90 },
  lock: { minRetentionDays: 7, maxRetentionDays: 365 },
};
const tags = { "berth.dev/cost-centre": "platform" };
const databaseArn = "arn:aws:rds:eu-central-1:111122223333:db:berth";
const outputs = {
  "aws:kms/key:Key": (name: string) => ({ arn: `arn:aws:kms:eu-central-1:111122223333:key/${name}` }),
  "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
  "aws:backup/vault:Vault": (name: string) => ({
    name: `${name}-1a2b3c4`,
    arn: `arn:aws:backup:eu-central-1:111122223333:backup-vault:${name}-1a2b3c4`,
  }),
};
const make = (spec: BackupSpecInput, args: Partial<BackupArgs> = {}) =>
  registrationsOf(() => new Backup("backup", { spec, installation: "prod", tags, ...args }), "test", { outputs });
const brief = async (spec: BackupSpecInput, args: Partial<BackupArgs> = {}) =>
  Object.fromEntries(
    (await make(spec, args)).registered.map(({ type, name, parent, inputs }) => [name, { type, parent, inputs }]),
  );

const child = (type: string, inputs: unknown) => ({ type, parent: "backup", inputs });
const attachment = (policyName: string) =>
  child("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    role: "backup-role",
    policyArn: `arn:aws:iam::aws:policy/service-role/${policyName}`,
  });
const selection = (inputs: object) =>
  child("aws:backup/selection:Selection", {
    ...inputs,
    planId: "backup-plan-id",
    iamRoleArn: "arn:aws:iam::111122223333:role/backup-role",
  });
const everywhere = (spec: BackupSpecInput) => ({
  backup: { type: "berth:backup:Backup", parent: null, inputs: {} },
  "backup-key": child("aws:kms/key:Key", {
    description: "Backups of prod",
    enableKeyRotation: true,
    deletionWindowInDays: 30,
  }),
  "backup-vault": child("aws:backup/vault:Vault", {
    kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/backup-key",
    forceDestroy: spec.protectData === false,
  }),
  "backup-role": child("aws:iam/role:Role", {
    description: "Backs up and restores",
    assumeRolePolicy: backupTrustPolicy,
  }),
  "backup-AWSBackupServiceRolePolicyForBackup": attachment("AWSBackupServiceRolePolicyForBackup"),
  "backup-AWSBackupServiceRolePolicyForRestores": attachment("AWSBackupServiceRolePolicyForRestores"),
  "backup-plan": child("aws:backup/plan:Plan", {
    rules: backupRules(parseBackupSpec(spec), tags).map((rule) => ({
      ...rule,
      targetVaultName: "backup-vault-1a2b3c4",
    })),
  }),
  "backup-volumes": selection(volumeSelection("prod")),
});

describe("a Backup", () => {
  test("for development is of the volumes, each day, and can be torn down", async () => {
    expect(await brief(dev)).toEqual(everywhere(dev));
    expect((await make(dev)).registered.filter(({ protect }) => protect)).toEqual([]);
  });

  test("for production is of the database too, each day and week, locked and protected", async () => {
    expect(await brief(prod, { databaseArn })).toEqual({
      ...everywhere(prod),
      "backup-lock": child("aws:backup/vaultLockConfiguration:VaultLockConfiguration", {
        minRetentionDays: 7,
        maxRetentionDays: 365,
        backupVaultName: "backup-vault-1a2b3c4",
      }),
      "backup-database": selection({ resources: [databaseArn] }),
    });
    const { registered, result } = await make(prod, { databaseArn });
    expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["backup-key", "backup-vault"]);
    expect(await resolved(result.vaultName)).toBe("backup-vault-1a2b3c4");
  });

  test("is the same whatever the order of its options", async () => {
    const reversed = Object.fromEntries(Object.entries(prod).reverse());
    expect(await brief(reversed, { databaseArn })).toEqual(await brief(prod, { databaseArn }));
  });

  test("selects nothing before the role has its rights", async () => {
    const { registered } = await make(prod, { databaseArn });
    for (const name of ["backup-volumes", "backup-database"]) {
      expect(registered.find((made) => made.name === name)?.dependsOn).toEqual(
        expect.arrayContaining([
          "backup-AWSBackupServiceRolePolicyForBackup",
          "backup-AWSBackupServiceRolePolicyForRestores",
        ]),
      );
    }
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(dev, {
      transform: { vault: ({ args, options }) => ({ args: { ...args, name: "mine" }, options }) },
    });
    expect(registered.find(({ name }) => name === "backup-vault")?.inputs).toMatchObject({ name: "mine" });
  });
});

import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Database, type DatabaseArgs } from "../../components/database/database.ts";
import { type Registration, registrationsOf, resolved } from "../support/mocks.ts";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/database";
const secretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1";
const outputs = {
  "aws:kms/key:Key": () => ({ keyId: "key-id", arn: keyArn }),
  "aws:rds/subnetGroup:SubnetGroup": () => ({ name: "subnet-group" }),
  "aws:rds/parameterGroup:ParameterGroup": () => ({ name: "parameter-group" }),
  "aws:iam/role:Role": () => ({ name: "monitoring", arn: "arn:aws:iam::123456789012:role/monitoring" }),
  "aws:rds/instance:Instance": () => ({
    address: "berth.x.eu-central-1.rds.amazonaws.com",
    arn: "arn:aws:rds:eu-central-1:123456789012:db:berth",
    resourceId: "db-ABCDEFGHIJKL",
    masterUserSecrets: [{ secretArn, kmsKeyId: keyArn, secretStatus: "active" }],
  }),
};
const dev: DatabaseArgs = {
  spec: {
    identifier: "berth-dev",
    version: "17",
    deletionProtection: false,
    finalSnapshot: false,
    protectData: false,
    insights: "off",
  },
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clients: { nodes: "sg-nodes" },
};
const prod: DatabaseArgs = {
  ...dev,
  spec: {
    identifier: "berth-prod",
    version: "17",
    instanceClass: "db.m7g.large",
    storage: { initialGiB: 100, maxGiB: 1000 },
    backups: { days: 35 },
    multiAz: true,
    insights: "advanced",
    monitoringSeconds: 60,
    logDays: 90,
    parameters: { shared_preload_libraries: "pg_stat_statements", idle_in_transaction_session_timeout: "60000" },
  },
};
const make = (args: DatabaseArgs) => registrationsOf(() => new Database("database", args), "test", { outputs });
const byName = (registered: readonly Registration[]) =>
  Object.fromEntries(registered.map(({ name, type, parent, inputs }) => [name, { type, parent, inputs }]));

const parameters = [
  { name: "log_connections", value: "1", applyMethod: "immediate" },
  { name: "log_disconnections", value: "1", applyMethod: "immediate" },
  { name: "log_lock_waits", value: "1", applyMethod: "immediate" },
  { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
  { name: "log_statement", value: "ddl", applyMethod: "immediate" },
  { name: "log_temp_files", value: "10240", applyMethod: "immediate" },
  { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
];
const parent = "database";
const instance = {
  engine: "postgres",
  engineVersion: "17",
  engineLifecycleSupport: "open-source-rds-extended-support-disabled",
  dbName: "berth",
  username: "berth_master",
  manageMasterUserPassword: true,
  iamDatabaseAuthenticationEnabled: true,
  masterUserSecretKmsKeyId: keyArn,
  port: 5432,
  publiclyAccessible: false,
  dbSubnetGroupName: "subnet-group",
  vpcSecurityGroupIds: ["database-security-group-id"],
  parameterGroupName: "parameter-group",
  storageType: "gp3",
  storageEncrypted: true,
  kmsKeyId: keyArn,
  backupWindow: "02:00-03:00",
  maintenanceWindow: "sun:03:30-sun:04:30",
  autoMinorVersionUpgrade: true,
  allowMajorVersionUpgrade: false,
  applyImmediately: false,
  copyTagsToSnapshot: true,
  caCertIdentifier: "rds-ca-rsa2048-g1",
  enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
};
/** What is the same in dev and prod but for the identifier. */
const around = (identifier: string, logDays: number) => ({
  database: { type: "berth:database:Database", parent: null, inputs: {} },
  "database-key": {
    type: "aws:kms/key:Key",
    parent,
    inputs: {
      description: `Database ${identifier}: storage, snapshots, master secret`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    },
  },
  "database-key-alias": {
    type: "aws:kms/alias:Alias",
    parent,
    inputs: { name: `alias/berth/database/${identifier}`, targetKeyId: "key-id" },
  },
  "database-subnets": {
    type: "aws:rds/subnetGroup:SubnetGroup",
    parent,
    inputs: { description: `Where database ${identifier} may be`, subnetIds: ["subnet-a", "subnet-b"] },
  },
  "database-security-group": {
    type: "aws:ec2/securityGroup:SecurityGroup",
    parent,
    inputs: { description: `Database ${identifier}: Postgres from its clients only`, vpcId: "vpc-1" },
  },
  "database-from-nodes": {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    parent,
    inputs: {
      description: "Postgres from nodes",
      securityGroupId: "database-security-group-id",
      referencedSecurityGroupId: "sg-nodes",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
    },
  },
  "database-postgresql-log": {
    type: "aws:cloudwatch/logGroup:LogGroup",
    parent,
    inputs: { name: `/aws/rds/instance/${identifier}/postgresql`, retentionInDays: logDays },
  },
  "database-upgrade-log": {
    type: "aws:cloudwatch/logGroup:LogGroup",
    parent,
    inputs: { name: `/aws/rds/instance/${identifier}/upgrade`, retentionInDays: logDays },
  },
});

describe("a Database", () => {
  test("of dev is small and can be taken down whole", async () => {
    const { registered } = await make(dev);
    expect(byName(registered)).toEqual({
      ...around("berth-dev", 30),
      "database-parameters": {
        type: "aws:rds/parameterGroup:ParameterGroup",
        parent,
        inputs: { family: "postgres17", description: "Parameters of database berth-dev", parameters },
      },
      "database-instance": {
        type: "aws:rds/instance:Instance",
        parent,
        inputs: {
          ...instance,
          identifier: "berth-dev",
          instanceClass: "db.t4g.small",
          allocatedStorage: 20,
          maxAllocatedStorage: 100,
          backupRetentionPeriod: 7,
          deleteAutomatedBackups: true,
          multiAz: false,
          deletionProtection: false,
          skipFinalSnapshot: true,
          databaseInsightsMode: "standard",
          performanceInsightsEnabled: false,
          monitoringInterval: 0,
        },
      },
    });
    expect(registered.filter(({ protect }) => protect)).toEqual([]);
  });

  test("of prod survives a zone, a mistake and its own deletion", async () => {
    const { registered } = await make(prod);
    expect(byName(registered)).toEqual({
      ...around("berth-prod", 90),
      "database-parameters": {
        type: "aws:rds/parameterGroup:ParameterGroup",
        parent,
        inputs: {
          family: "postgres17",
          description: "Parameters of database berth-prod",
          parameters: [
            { name: "idle_in_transaction_session_timeout", value: "60000", applyMethod: "pending-reboot" },
            ...parameters,
            { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
          ],
        },
      },
      "database-monitoring-role": {
        type: "aws:iam/role:Role",
        parent,
        inputs: {
          description: "RDS Enhanced Monitoring of berth-prod",
          assumeRolePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Principal: { Service: "monitoring.rds.amazonaws.com" }, Action: "sts:AssumeRole" },
            ],
          }),
        },
      },
      "database-monitoring-policy": {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        parent,
        inputs: {
          role: "monitoring",
          policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        },
      },
      "database-instance": {
        type: "aws:rds/instance:Instance",
        parent,
        inputs: {
          ...instance,
          identifier: "berth-prod",
          instanceClass: "db.m7g.large",
          allocatedStorage: 100,
          maxAllocatedStorage: 1000,
          backupRetentionPeriod: 35,
          deleteAutomatedBackups: false,
          multiAz: true,
          deletionProtection: true,
          skipFinalSnapshot: false,
          finalSnapshotIdentifier: "berth-prod-final",
          databaseInsightsMode: "advanced",
          performanceInsightsEnabled: true,
          performanceInsightsRetentionPeriod: 465,
          performanceInsightsKmsKeyId: keyArn,
          monitoringInterval: 60,
          monitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring",
        },
      },
    });
    expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([
      "database-key",
      "database-instance",
    ]);
  });

  test("is made after its log groups, or RDS makes some that keep everything", async () => {
    const { registered } = await make(prod);
    const made = registered.find(({ name }) => name === "database-instance");
    expect(made?.dependsOn).toEqual(
      expect.arrayContaining(["database-postgresql-log", "database-upgrade-log", "database-monitoring-policy"]),
    );
  });

  test("leaves its key where its final snapshot stays, for one is nothing without the other", async () => {
    const kept: (boolean | undefined)[] = [];
    const watch: NonNullable<DatabaseArgs["transform"]> = {
      key: ({ args, options }) => {
        kept.push(options.retainOnDelete);
        return { args, options };
      },
    };
    await make({ ...prod, transform: watch });
    await make({ ...dev, transform: watch });
    expect(kept).toEqual([true, false]);
  });

  test("is the same whatever the order of its configuration", async () => {
    const clients = { nodes: "sg-nodes", admin: "sg-admin" };
    const one = await make({ ...prod, clients });
    const backwards = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
    const spec = { ...prod.spec, parameters: backwards(prod.spec.parameters ?? {}) };
    const other = await make({ ...prod, clients: backwards(clients), spec });
    expect(byName(other.registered)).toEqual(byName(one.registered));
  });

  test("tells where it is and where its secret is, and no secret itself", async () => {
    const { result } = await make(prod);
    const told = await resolved(
      pulumi.all([result.host, result.port, result.databaseName, result.secretArn, result.arn, result.identifier]),
    );
    expect(told).toEqual([
      "berth.x.eu-central-1.rds.amazonaws.com",
      5432,
      "berth",
      secretArn,
      "arn:aws:rds:eu-central-1:123456789012:db:berth",
      "berth-prod",
    ]);
    expect(await resolved(pulumi.all([result.securityGroupId, result.kmsKeyArn]))).toEqual([
      "database-security-group-id",
      keyArn,
    ]);
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make({
      ...dev,
      transform: { instance: ({ args, options }) => ({ args: { ...args, iops: 12_000 }, options }) },
    });
    expect(registered.find(({ name }) => name === "database-instance")).toMatchObject({ inputs: { iops: 12_000 } });
  });

  test("refuses a wrong spec before anything is made", async () => {
    await expect(make({ ...dev, spec: { ...dev.spec, version: "12" } })).rejects.toThrow(
      'spec.version: found "12". Write a version of Postgres that RDS supports',
    );
  });
});

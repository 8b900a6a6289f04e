import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { SecurityGroup, type SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import { Instance, type InstanceArgs } from "@pulumi/aws/rds/instance.js";
import { ParameterGroup, type ParameterGroupArgs } from "@pulumi/aws/rds/parameterGroup.js";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { clientRule, planDatabase } from "./plan.ts";
import { type DatabaseSpecInput, parseDatabaseSpec } from "./spec.ts";

export interface DatabaseArgs {
  /** What the database is. Plain data, because names and safeguards are made of it. */
  readonly spec: DatabaseSpecInput;
  /** The VPC in which it is. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets of at least two zones, without a way to the internet. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Security groups whose members may connect, by a name that stays, such as `nodes`. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly instance?: Transform<InstanceArgs>;
    readonly key?: Transform<KeyArgs>;
    readonly parameterGroup?: Transform<ParameterGroupArgs>;
    readonly securityGroup?: Transform<SecurityGroupArgs>;
  };
}

/** The database's resources. */
export interface DatabaseNodes {
  readonly key: Key;
  readonly alias: Alias;
  readonly subnetGroup: SubnetGroup;
  readonly securityGroup: SecurityGroup;
  readonly clientRules: Readonly<Record<string, SecurityGroupIngressRule>>;
  readonly parameterGroup: ParameterGroup;
  readonly logGroups: Readonly<Record<string, LogGroup>>;
  readonly monitoringRole: Role | null;
  readonly instance: Instance;
}

/**
 * Postgres on RDS: encrypted with a key of its own, in subnets without a way to the internet, reached only by its
 * clients' security groups and only over TLS. RDS makes the master user's password, keeps it in Secrets Manager under
 * the same key and rotates it every seven days; it is in no state and no configuration.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 * Roles in Postgres' role `rds_iam` log in by IAM instead: with a token for which they need `rds-db:connect`.
 *
 * Nothing in the configuration replaces the instance but its identifier, database name or master user, and Pulumi
 * (`protect`) and AWS (`deletionProtection`) both refuse that. Security group, subnet group and parameter group have
 * names made by the engine, so that a new one stands before the old one goes.
 *
 * In us-east-1 a db.t4g.small costs about $23 a month, a db.m7g.large in two zones about $245, a GB of gp3 $0.115
 * ($0.23 in two zones), the key $1 (https://aws.amazon.com/rds/postgresql/pricing/, https://aws.amazon.com/kms/pricing/).
 *
 * @example
 * const database = new Database("database", {
 *   spec: { identifier: "berth-prod", version: "17", instanceClass: "db.m7g.large", multiAz: true },
 *   vpcId: network.vpcId,
 *   subnetIds: Object.values(network.isolatedSubnets),
 *   clients: { nodes: cluster.nodeSecurityGroupId },
 * });
 */
export class Database extends pulumi.ComponentResource {
  /** Host name, known when it takes connections. */
  readonly host: pulumi.Output<string>;
  /** Port that it answers on. */
  readonly port: pulumi.Output<number>;
  /** Name of the first database. */
  readonly databaseName: pulumi.Output<string>;
  /** ARN of the master user's secret: JSON with `username` and `password`. */
  readonly secretArn: pulumi.Output<string>;
  /** ARN of the database: what `Backup` backs up. */
  readonly arn: pulumi.Output<string>;
  /** Its resource id ("db-…"), by which rights to log in with IAM name it; a restored database has another. */
  readonly resourceId: pulumi.Output<string>;
  /** Identifier of the instance, as CloudWatch's metrics name it. */
  readonly identifier: pulumi.Output<string>;
  /** Security group of the database. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the key of its storage, snapshots and secret: who reads the secret needs `kms:Decrypt` on it. */
  readonly kmsKeyArn: pulumi.Output<string>;
  readonly nodes: DatabaseNodes;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:database:Database", name, {}, options);
    const planned = planDatabase(parseDatabaseSpec(args.spec));
    const { vpcId, subnetIds, clients, transform = {} } = args;
    const here = { parent: this };

    const { key, alias } = keyOf(name, planned, transform.key, here);
    const subnetGroup = new SubnetGroup(`${name}-subnets`, { ...planned.subnetGroup, subnetIds: [...subnetIds] }, here);
    const wall = declare<SecurityGroupArgs>(transform.securityGroup, { ...planned.securityGroup, vpcId }, here);
    const securityGroup = new SecurityGroup(`${name}-security-group`, wall.args, wall.options);
    const clientRules = Object.fromEntries(
      Object.entries(clients).map(([client, referencedSecurityGroupId]) => [
        client,
        new SecurityGroupIngressRule(
          `${name}-from-${client}`,
          { ...clientRule(client), securityGroupId: securityGroup.id, referencedSecurityGroupId },
          here,
        ),
      ]),
    );
    const tuned = declare<ParameterGroupArgs>(transform.parameterGroup, planned.parameterGroup, here);
    const parameterGroup = new ParameterGroup(`${name}-parameters`, tuned.args, tuned.options);
    const logGroups = Object.fromEntries(
      Object.entries(planned.logGroups).map(([log, group]) => [log, new LogGroup(`${name}-${log}-log`, group, here)]),
    );
    const monitoring = monitoringOf(name, planned, here);

    const declared = declare<InstanceArgs>(
      transform.instance,
      {
        ...planned.instance,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [securityGroup.id],
        parameterGroupName: parameterGroup.name,
        kmsKeyId: key.arn,
        masterUserSecretKmsKeyId: key.arn,
        ...(planned.instance.performanceInsightsEnabled ? { performanceInsightsKmsKeyId: key.arn } : {}),
        ...(monitoring === null ? {} : { monitoringRoleArn: monitoring.role.arn }),
      },
      {
        ...here,
        protect: planned.protect,
        dependsOn: [...Object.values(logGroups), ...(monitoring === null ? [] : [monitoring.policy])],
      },
    );
    const instance = new Instance(`${name}-instance`, declared.args, declared.options);

    this.nodes = {
      ...{ key, alias, subnetGroup, securityGroup, clientRules, parameterGroup, logGroups, instance },
      monitoringRole: monitoring?.role ?? null,
    };
    this.host = instance.address;
    this.port = instance.port;
    this.databaseName = instance.dbName;
    this.secretArn = instance.masterUserSecrets.apply(secretArnOf);
    this.arn = instance.arn;
    this.resourceId = instance.resourceId;
    this.identifier = instance.identifier;
    this.securityGroupId = securityGroup.id;
    this.kmsKeyArn = key.arn;
    this.registerOutputs({
      ...{ host: this.host, port: this.port, databaseName: this.databaseName, secretArn: this.secretArn },
      ...{ arn: this.arn, resourceId: this.resourceId, identifier: this.identifier },
      ...{ securityGroupId: this.securityGroupId, kmsKeyArn: this.kmsKeyArn },
    });
  }
}

type DatabasePlan = ReturnType<typeof planDatabase>;

function keyOf(
  name: string,
  planned: DatabasePlan,
  transform: Transform<KeyArgs> | undefined,
  here: pulumi.CustomResourceOptions,
) {
  // No key policy: the default one leaves it to IAM who may use it, RDS by grants of whoever makes the instance.
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  const safe = { ...here, protect: planned.protect, retainOnDelete: planned.retainKey };
  const declared = declare<KeyArgs>(transform, planned.key, safe);
  const key = new Key(`${name}-key`, declared.args, declared.options);
  return { key, alias: new Alias(`${name}-key-alias`, { ...planned.alias, targetKeyId: key.keyId }, here) };
}

function monitoringOf(name: string, { monitoringRole }: DatabasePlan, here: pulumi.CustomResourceOptions) {
  if (monitoringRole === null) return null;
  const role = new Role(`${name}-monitoring-role`, monitoringRole.role, here);
  const policyArn = monitoringRole.policyArn;
  return { role, policy: new RolePolicyAttachment(`${name}-monitoring-policy`, { role: role.name, policyArn }, here) };
}

function secretArnOf(secrets: readonly { readonly secretArn: string }[]): string {
  const [secret] = secrets;
  if (secret === undefined) throw new Error("RDS gave no secret of the master user");
  return secret.secretArn;
}

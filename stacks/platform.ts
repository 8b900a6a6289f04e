import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import { interpolate, secret } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { Backup } from "../components/backup/backup.ts";
import { Cluster } from "../components/cluster/cluster.ts";
import { ClusterAddons } from "../components/cluster/cluster-addons.ts";
import { labelKeys } from "../components/core/labels.ts";
import { ownershipTags } from "../components/core/tags.ts";
import { Database } from "../components/database/database.ts";
import { Network } from "../components/network/network.ts";
import { Autoscaler } from "../components/nodes/autoscaler.ts";
import { ImagePrepull } from "../components/nodes/image-prepull.ts";
import { NodeGroups } from "../components/nodes/node-groups.ts";
import { AlarmTopic } from "../components/observability/alarm-topic.ts";
import { BudgetAlarm } from "../components/observability/budget-alarm.ts";
import { DatabaseAlarms } from "../components/observability/database-alarms.ts";
import { LogShipping } from "../components/observability/log-shipping.ts";
import { Monitoring } from "../components/observability/monitoring.ts";
import { Foundation } from "../components/platform/foundation.ts";
import { Provisioner } from "../components/provisioner/provisioner.ts";
import { StateBucket } from "../components/state/state-bucket.ts";
import { workspaceStorage } from "../components/storage/plan.ts";
import { Storage } from "../components/storage/storage.ts";
import { clusterProvider } from "./cluster.ts";
import type { PlatformConfig } from "./config.ts";
import { pricedCostContext } from "./cost.ts";
import { makeEdge } from "./platform-edge.ts";
import { makeImages } from "./platform-images.ts";

/** What a program is told beside its configuration. */
export interface Surroundings {
  /** Name of the stack. */
  readonly stack: string;
  /** The project's folder, with `images/`. */
  readonly checkout: string;
}

/** What people and their own stacks need to know of a platform. */
export interface PlatformOutputs {
  /** Where the provisioner's API answers. */
  readonly apiUrl: pulumi.Output<string>;
  /** Admin token of the API, secret: `pulumi stack output adminToken --show-secrets`. */
  readonly adminToken: pulumi.Output<string>;
  /** Workspaces are at one label below it. */
  readonly workspaceDomain: pulumi.Output<string>;
  /** What the platform's names lead to: the tunnel's or the load balancer's name. */
  readonly edgeHostname: pulumi.Output<string>;
  readonly region: string;
  readonly clusterName: pulumi.Output<string>;
  /** Kubeconfig of the cluster, secret; who uses it needs the AWS CLI and one of `cluster.admins`' roles. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly vpcId: pulumi.Output<string>;
  /** Subnets by zone: nodes and pods. */
  readonly privateSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Subnets by zone: the database; no way to the internet. */
  readonly isolatedSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Namespace of API, router and engine. */
  readonly namespace: pulumi.Output<string>;
  readonly databaseHost: pulumi.Output<string>;
  /** ARN of the secret with the database's master user and password, which RDS rotates: of migrations, and of people. */
  readonly databaseSecretArn: pulumi.Output<string>;
  /** Where the workspaces' Pulumi state is: `PULUMI_BACKEND_URL` of who looks into one by hand. */
  readonly stateBackendUrl: pulumi.Output<string>;
  /** How secrets in it are encrypted: `--secrets-provider` of the same. */
  readonly stateSecretsProvider: pulumi.Output<string>;
  /** Images by name, each by digest. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Vault of the backups. */
  readonly backupVault: pulumi.Output<string>;
  /** Topic of all alarms. */
  readonly alarmTopicArn: pulumi.Output<string>;
}

/** Everything that workspaces share, from an empty AWS account. */
export function platformProgram(config: PlatformConfig, { stack, checkout }: Surroundings): PlatformOutputs {
  const { installation, owner, costCentre } = config;
  const { region, account } = config.aws;
  const tags = { ...config.aws.tags, ...ownershipTags({ installation, stack, owner, costCentre }) };
  const aws = new AwsProvider("aws", { region, allowedAccountIds: [account], defaultTags: { tags } });
  const cloud = { providers: [aws] };

  // Where everything stands.
  const network = new Network("network", { spec: config.network, region }, cloud);
  const { vpcId, privateSubnets, publicSubnets, isolatedSubnets } = network;
  const cluster = new Cluster(
    "cluster",
    { spec: config.cluster, vpcId, subnetIds: Object.values(privateSubnets) },
    cloud,
  );
  const { clusterName, version: clusterVersion } = cluster;
  const kubernetes = clusterProvider({ kubeconfig: cluster.kubeconfig });
  const nodes = new NodeGroups(
    "nodes",
    { spec: config.nodes, clusterName, clusterVersion, subnets: privateSubnets, tags },
    cloud,
  );
  const { kmsKeyArn: volumeKeyArn } = config.storage;
  const addons = new ClusterAddons(
    "addons",
    { spec: config.cluster, clusterName, ...(volumeKeyArn === undefined ? {} : { volumeKeyArn }) },
    { providers: [aws, kubernetes], dependsOn: [nodes] },
  );

  // What must never be lost.
  const database = new Database(
    "database",
    {
      spec: config.database,
      vpcId,
      subnetIds: Object.values(isolatedSubnets),
      clients: { nodes: cluster.clusterSecurityGroupId },
    },
    cloud,
  );
  const state = new StateBucket("state", { spec: config.state }, cloud);
  const backup = new Backup("backup", { spec: config.backup, installation, databaseArn: database.arn, tags }, cloud);

  // Who is told.
  const alarms = new AlarmTopic("alarms", { spec: config.alarms }, cloud);
  new DatabaseAlarms(
    "database-alarms",
    { spec: config.databaseAlarms, database: database.identifier, topicArn: alarms.topicArn },
    cloud,
  );
  new BudgetAlarm(
    "budget",
    { spec: config.budget, tag: { key: labelKeys.installation, value: installation }, topicArn: alarms.topicArn },
    cloud,
  );

  // In the cluster.
  const inside = { providers: [aws, kubernetes], dependsOn: [addons] };
  const storage = new Storage("storage", { spec: config.storage, tags }, inside);
  const foundationSpec = { installation, storage: workspaceStorage(config.storage, tags) };
  const foundation = new Foundation("berth", { spec: foundationSpec }, inside);
  const monitoring = new Monitoring(
    "monitoring",
    {
      spec: config.monitoring,
      storageClassName: storage.className,
      clusterName,
      topic: { arn: alarms.topicArn, keyArn: alarms.keyArn },
      ...(config.alertSecret === undefined ? {} : { receiverSecret: secret(config.alertSecret) }),
    },
    inside,
  );
  new LogShipping("logs", { spec: config.logs, clusterName, region }, inside);
  new Autoscaler(
    "autoscaler",
    { spec: config.autoscaler, clusterName, clusterVersion: config.cluster.version, region },
    { ...inside, dependsOn: [addons, monitoring] },
  );

  // What users meet.
  const images = makeImages(config, checkout, cloud);
  if (Object.keys(images.workspaces).length > 0) {
    const { namespace } = foundation;
    new ImagePrepull("prepull", { images: images.workspaces, namespace }, { ...inside, dependsOn: [foundation] });
  }
  const adminToken = config.adminToken === undefined ? madeToken() : secret(config.adminToken);
  const provisioner = new Provisioner(
    "provisioner",
    {
      spec: config.provisioner,
      foundation: foundationSpec,
      image: images.provisioner,
      workspaceImages: images.workspaces,
      clusterName,
      database: {
        host: database.host,
        port: database.port,
        name: database.databaseName,
        arn: database.arn,
        resourceId: database.resourceId,
        master: {
          user: config.database.masterUsername,
          secretArn: database.secretArn,
          kmsKeyArn: database.kmsKeyArn,
        },
      },
      state,
      adminToken,
      webhookSecrets: config.webhookSecrets.map((value) => secret(value)),
      ...pricedCostContext(config),
    },
    { ...inside, dependsOn: [foundation, monitoring] },
  );
  const edge = makeEdge(
    config,
    {
      ...{ router: provisioner.router, api: provisioner.api, vpcId, clusterName },
      publicSubnetIds: Object.values(publicSubnets),
      autoScalingGroups: nodes.autoScalingGroups.system,
      nodeSecurityGroupId: cluster.clusterSecurityGroupId,
    },
    { cloud, inside: { ...inside, dependsOn: [addons, monitoring] } },
  );

  return {
    apiUrl: interpolate`https://${edge.records.apiHost}`,
    adminToken,
    workspaceDomain: edge.records.workspaceDomain,
    edgeHostname: edge.hostname,
    ...{ region, clusterName, vpcId, privateSubnets, isolatedSubnets },
    kubeconfig: cluster.kubeconfig,
    namespace: foundation.namespace,
    databaseHost: database.host,
    databaseSecretArn: database.secretArn,
    stateBackendUrl: state.backendUrl,
    stateSecretsProvider: state.secretsProvider,
    images: { provisioner: images.provisioner, ...images.workspaces },
    backupVault: backup.vaultName,
    alarmTopicArn: alarms.topicArn,
  };
}

/** Made once; a new one by `pulumi up --replace` of it. */
function madeToken(): pulumi.Output<string> {
  return secret(new RandomPassword("admin-token", { length: 48, special: false }).result);
}

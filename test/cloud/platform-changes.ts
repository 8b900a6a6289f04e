import type { Edit, Step } from "../support/platform-stack.ts";

/** A change of the configuration of `dev`, and what it does: everything else stays. */
export interface Change {
  readonly what: string;
  readonly edit: Edit;
  /** `<op> <type's last part> <logical name>`, where `*` stands for anything. */
  readonly steps: readonly string[];
}

/** What runs another image: a Job never changes, the others roll. */
export const otherImage = [
  "update Image provisioner-image",
  "replace Job provisioner-migration",
  ...["api", "engine", "router"].map((program) => `update Deployment provisioner-${program}`),
];

/** The API is told what nodes and backups cost, for its estimates. */
const toldToApi = ["update ConfigMap provisioner-api-settings", "update Deployment provisioner-api"];

/** Changes of one component each. They do not meet but in what the API is told, so that those of different components can be made at once. */
const ofOneComponent: Readonly<Record<string, readonly Change[]>> = {
  network: [
    row(
      "flow logs kept longer",
      (c) => (c.network.flowLogs = { retentionDays: 90 }),
      "update LogGroup network-flow-logs",
    ),
    row("no flow logs", (c) => (c.network.flowLogs = false), "delete * network-flow-log*"),
    row(
      "endpoints of ECR and STS",
      (c) => (c.network.endpoints = ["s3", "ecr", "sts"]),
      ...["create SecurityGroup network-endpoints", "create VpcEndpoint network-endpoint-*"],
    ),
    row(
      "a NAT gateway for each zone",
      (c) => (c.network.nat = "one-per-zone"),
      ...["create Eip network-vpc-2", "create NatGateway network-vpc-2", "update Route network-vpc-private-2"],
    ),
  ],
  cluster: [
    row(
      "another admin",
      (c) => (c.cluster.admins.oncall = "arn:aws:iam::111122223333:role/oncall"),
      ...["create AccessEntry cluster-admin-oncall", "create AccessPolicyAssociation cluster-admin-oncall-policy"],
    ),
    row("fewer control-plane logs", (c) => (c.cluster.logs = ["audit"]), "update Cluster cluster-eks-eksCluster"),
    row(
      "the API server from elsewhere too",
      (c) => c.cluster.endpoint.cidrs.push("198.51.100.0/24"),
      "update Cluster cluster-eks-eksCluster",
    ),
    row(
      "the API server from within only",
      (c) => (c.cluster.endpoint = { public: false }),
      "update Cluster cluster-eks-eksCluster",
    ),
  ],
  nodes: [
    row("more nodes at most", (c) => (c.nodes.workspaces.max = 20), "update NodeGroup nodes-workspaces-*"),
    row(
      "other instance types",
      (c) => (c.nodes.workspaces.instanceTypes = ["m7i.4xlarge", "m6i.4xlarge"]),
      ...["replace NodeGroup nodes-workspaces-*", ...toldToApi],
    ),
    row(
      "on-demand nodes of workspaces",
      (c) => (c.nodes.workspaces.capacity = "on-demand"),
      ...["replace NodeGroup nodes-workspaces-*", ...toldToApi],
    ),
    row(
      "larger disks of nodes",
      (c) => (c.nodes.workspaces.diskGiB = 200),
      ...["update LaunchTemplate nodes-workspaces-template", "update NodeGroup nodes-workspaces-*", ...toldToApi],
    ),
  ],
  autoscaler: [
    row("a more patient autoscaler", (c) => (c.autoscaler = { idleMinutes: 30 }), "update Release autoscaler-release"),
  ],
  storage: [
    // A class's parameters never change, so there is another one of its name; volumes keep what they were made with.
    row(
      "faster volumes of workspaces",
      (c) => (c.storage = { workspaceThroughput: 250 }),
      "replace StorageClass berth-storage-class",
    ),
  ],
  backup: [
    row(
      "backups kept longer",
      (c) => (c.backup.daily.retentionDays = 14),
      ...["update Plan backup-plan", ...toldToApi],
    ),
    row(
      "backups of each week",
      (c) => (c.backup.weekly = { retentionDays: 90 }),
      ...["update Plan backup-plan", ...toldToApi],
    ),
  ],
  database: [
    row(
      "a larger database",
      (c) => (c.database.instanceClass = "db.m7g.large"),
      ...["update Instance database-instance"],
    ),
    row(
      "a database that may grow more",
      (c) => (c.database.storage = { maxGiB: 500 }),
      "update Instance database-instance",
    ),
    row(
      "more days of the database's backups",
      (c) => (c.database.backups = { days: 35 }),
      "update Instance database-instance",
    ),
    row("a standby of the database", (c) => (c.database.multiAz = true), "update Instance database-instance"),
    row(
      "the next Postgres",
      (c) => Object.assign(c.database, { version: "18", allowMajorVersionUpgrade: true }),
      ...["update Instance database-instance", "replace ParameterGroup database-parameters"],
    ),
  ],
  state: [
    row(
      "old states kept longer",
      (c) => (c.state = { oldVersionDays: 365 }),
      "update BucketLifecycleConfiguration state-lifecycle",
    ),
  ],
  registry: [
    row("more images kept", (c) => (c.registry = { keepTagged: 50 }), "update LifecyclePolicy registry-*-lifecycle"),
  ],
  dns: [
    // Where Cloudflare answers, how long is Cloudflare's.
    row("records kept longer, while Cloudflare stands before them", (c) => (c.dns.ttlSeconds = 3600)),
    row("the zone's apex too", (c) => (c.dns.apex = "edge"), "create DnsRecord dns-apex"),
    row("names that lead to the load balancer", (c) => (c.edge.serves = "load-balancer"), "update DnsRecord dns-*"),
  ],
  tunnel: [row("more of cloudflared", (c) => (c.edge.tunnel.replicas = 3), "update Deployment tunnel-cloudflared")],
  loadBalancer: [
    row(
      "a longer idle time",
      (c) => (c.edge.loadBalancer.tcpIdleTimeoutSeconds = 6000),
      "update Listener load-balancer-*-listener",
    ),
  ],
  ingress: [row("more of Traefik", (c) => (c.ingress = { replicas: 4 }), "update Release ingress-release")],
  certificates: [
    row(
      "certificates that browsers trust",
      (c) => (c.certificates.issuer = "production"),
      "update Certificate ingress-certificate",
    ),
  ],
  provisioner: [
    row("more of the API", (c) => (c.provisioner = { api: { replicas: 4 } }), "update Deployment provisioner-api"),
    row(
      "a page that calls the API",
      (c) => (c.provisioner = { api: { corsOrigins: ["https://app.example.com"] } }),
      ...toldToApi,
    ),
    row(
      "a page that frames workspaces",
      (c) => (c.provisioner = { router: { productOrigins: ["https://app.example.com"] } }),
      ...["update ConfigMap provisioner-router-settings", "update Deployment provisioner-router"],
    ),
  ],
  monitoring: [
    row("figures kept longer", (c) => (c.monitoring = { retentionDays: 60 }), "update Release monitoring-release"),
  ],
  logs: [row("the pods' logs kept longer", (c) => (c.logs = { retentionDays: 90 }), "update LogGroup logs-log-group")],
  alarms: [
    row(
      "somebody else who is told",
      (c) => (c.alarms = { emails: ["oncall@example.com"] }),
      "create TopicSubscription alarms-*",
    ),
  ],
  databaseAlarms: [
    row(
      "an earlier alarm of the database",
      (c) => (c.databaseAlarms = { cpuPercent: 60 }),
      "update MetricAlarm database-alarms-cpu",
    ),
  ],
  budget: [row("a larger budget", (c) => (c.budget.monthlyUsd = 1200), "update Budget budget-budget")],
};

/** Changes that several components take part in. */
const ofSeveral: readonly Change[] = [
  row(
    "a third zone",
    (c) => c.network.zones.push("eu-central-1c"),
    ...["Subnet", "RouteTable", "RouteTableAssociation"].flatMap((type) => `create ${type} network-vpc-*-3`),
    ...["create Route network-vpc-private-3", "create Route network-vpc-public-3"],
    ...["update VpcEndpoint com.amazonaws.eu-central-1.s3", "update SubnetGroup database-subnets"],
    ...["create NodeGroup nodes-*-eu-central-1c", "update NodeGroup nodes-*"],
    ...["update LoadBalancer load-balancer-load-balancer", "create Attachment load-balancer-*-eu-central-1c"],
  ),
  row(
    "the next Kubernetes",
    (c) => (c.cluster.version = "1.36"),
    // Add-ons stay at what they are until somebody names their versions.
    ...["update Cluster cluster-eks-eksCluster", "update NodeGroup nodes-*"],
    "update Release autoscaler-release",
  ),
  row(
    "no tunnel",
    (c) => {
      c.edge.serves = "load-balancer";
      delete c.edge.tunnel;
    },
    ...["update DnsRecord dns-*", "delete * tunnel*", "delete PodMonitor monitoring-tunnel-monitor"],
    ...["update PrometheusRule monitoring-rules", "update NetworkPolicy provisioner-*-network"],
  ),
  row(
    "another owner and cost centre",
    (c) => {
      c.owner = "research-team";
      c.costCentre = "research";
    },
    ...["update *", "replace StorageClass *"],
  ),
  row("the same in another order", (c) => {
    c.network.zones.reverse();
    for (const key of ["network", "cluster", "nodes", "database", "dns", "edge"]) {
      c[key] = Object.fromEntries(Object.entries(c[key]).reverse());
    }
  }),
];

/** Changes that are made at once: at most one of each component. A preview costs ten seconds, and says who did what. */
export function batches(): readonly Change[] {
  const count = Math.max(...Object.values(ofOneComponent).map((rows) => rows.length));
  const all = Array.from({ length: count }, (): Change[] => []);
  for (const rows of Object.values(ofOneComponent)) {
    const emptiest = [...all].sort((one, other) => one.length - other.length);
    for (const [index, change] of rows.entries()) emptiest[index]?.push(change);
  }
  return [...all.map(together), ...ofSeveral];
}

function together(parts: readonly Change[]): Change {
  const steps = parts.flatMap((part) => part.steps);
  const own = steps.filter((step) => !toldToApi.includes(step));
  if (new Set(own).size < own.length) throw new Error(`Changes that meet: ${own.toSorted().join(", ")}`);
  return {
    what: parts.map(({ what }) => what).join("; "),
    edit: (settings) => {
      for (const { edit } of parts) edit(settings);
    },
    steps: [...new Set(steps)],
  };
}

function row(what: string, edit: Edit, ...steps: string[]): Change {
  return { what, edit, steps };
}

/** What holds data, or what everything else stands in: no change of the configuration may take it away. */
const kept =
  /^(aws:(ec2\/(vpc|subnet):|eks\/cluster:|kms\/key:|rds\/instance:|s3\/bucket:|ecr\/repository:|backup\/vault:)|kubernetes:core\/v1:PersistentVolume)/;

/** The steps that take away something that must stay. */
export function lost(steps: readonly Step[]): string[] {
  return steps
    .filter(({ op, type }) => kept.test(type) && /replace|delete/.test(op))
    .map(({ op, type, name }) => `${op} ${type} ${name}`);
}

/** What was done, each by the pattern that it is expected by, or as it is where there is none. */
export function matching(done: readonly string[], patterns: readonly string[]): string[] {
  const found = done.map((one) => patterns.find((pattern) => matches(one, pattern)) ?? one);
  return [...new Set(found)].sort();
}

function matches(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

import type { BadConfig } from "./bad-config.ts";

/** Mistakes in the network. */
export const network: readonly BadConfig[] = [
  {
    name: "public addresses",
    from: "dev",
    changes: { "network.cidr": "203.0.112.0/20" },
    says: [
      'berth:network.cidr: found "203.0.112.0/20". Use private addresses, out of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10: the internet\'s own would be out of reach. Example: berth:network: {"cidr":"10.20.0.0/16"}',
    ],
  },
  {
    name: "a block that is too large",
    from: "dev",
    changes: { "network.cidr": "10.0.0.0/8" },
    says: [
      'berth:network.cidr: found "10.0.0.0/8". Write an IPv4 block from /16 to /20: 10.20.0.0/16. Example: berth:network: {"cidr":"10.20.0.0/16"}',
    ],
  },
  {
    name: "a block with bits behind its prefix",
    from: "dev",
    changes: { "network.cidr": "10.20.1.0/16" },
    says: [
      'berth:network.cidr: found "10.20.1.0/16". Bits behind the first 16 must be zero. Example: berth:network: {"cidr":"10.20.0.0/16"}',
    ],
  },
  {
    name: "no block at all",
    from: "dev",
    changes: { "network.cidr": "ten" },
    says: [
      'berth:network.cidr: found "ten". Write a block of addresses: "203.0.113.0/24", "2001:db8::/32". Example: berth:network: {"cidr":"10.20.0.0/16"}',
    ],
  },
  {
    name: "the addresses of Services",
    from: "dev",
    changes: { "network.cidr": "172.20.0.0/16" },
    says: [
      'berth:cluster.serviceCidr: found "172.20.0.0/16". Services and the network 172.20.0.0/16 would have the same addresses: choose a block apart from it.',
    ],
  },
  {
    name: "Services within the network",
    from: "dev",
    changes: { "cluster.serviceCidr": "10.20.128.0/20" },
    says: [
      'berth:cluster.serviceCidr: found "10.20.128.0/20". Services and the network 10.20.0.0/16 would have the same addresses: choose a block apart from it.',
    ],
  },
  {
    name: "zones of another region",
    from: "dev",
    changes: { "network.zones": ["us-east-1a", "us-east-1b"] },
    says: ['berth:network.zones: found "us-east-1a". Name zones of the platform\'s region, eu-central-1.'],
  },
  {
    name: "a region other than the zones'",
    from: "dev",
    changes: { "aws.region": "us-east-1" },
    says: ['berth:network.zones: found "eu-central-1a". Name zones of the platform\'s region, us-east-1.'],
  },
  {
    name: "one zone",
    from: "dev",
    changes: { "network.zones": ["eu-central-1a"] },
    says: [
      'berth:network.zones: found ["eu-central-1a"]. Name two or three zones: one alone takes the platform with it when it fails. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "four zones",
    from: "dev",
    changes: { "network.zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"] },
    says: [
      'berth:network.zones: found ["eu-central-1a","eu-central-1b","eu-central-1c","eu-central-1d"]. Name two or three zones: a fourth costs more in traffic between zones than it adds in safety. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "letters for zones",
    from: "dev",
    changes: { "network.zones": ["a", "b"] },
    says: [
      'berth:network.zones[0]: found "a". Write the whole name of an availability zone: eu-central-1a. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
      'berth:network.zones[1]: found "b". Write the whole name of an availability zone: eu-central-1a. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "a zone named twice",
    from: "dev",
    changes: { "network.zones": ["eu-central-1a", "eu-central-1a"] },
    says: [
      'berth:network.zones[1]: found "eu-central-1a". Name each zone once. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "zones of two regions",
    from: "dev",
    changes: { "network.zones": ["eu-central-1a", "eu-west-1b"] },
    says: [
      'berth:network.zones[1]: found "eu-west-1b". All zones must be of one region, as the first is: eu-central-1. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "no way out and no endpoints",
    from: "dev",
    changes: { "network.nat": "none" },
    says: [
      'berth:network.endpoints: found ["s3"]. Without a NAT gateway nodes cannot join the cluster, nor pods get images and credentials: add ec2, ecr, eks, eks-auth, sts; or write nat: "one". Example: berth:network: {"endpoints":["s3","ecr","sts"]}',
    ],
  },
  {
    name: "no way out to where the images are",
    from: "dev",
    changes: { "network.nat": "none", "network.endpoints": ["ec2", "ecr", "eks", "eks-auth", "s3", "sts"] },
    says: [
      'berth:network.nat: found "none". Images of the platform\'s own programs are in public registries (quay.io, registry.k8s.io, docker.io), which nodes cannot reach without a NAT gateway: write "one" or "one-per-zone".',
    ],
  },
  {
    name: "a number of gateways that there is not",
    from: "dev",
    changes: { "network.nat": "two" },
    says: [
      'berth:network.nat: found "two". Write "none", "one" or "one-per-zone". Example: berth:network: {"cidr":"10.20.0.0/16","zones":["eu-central-1a","eu-central-1b"],"nat":"one"}',
    ],
  },
  {
    name: "an endpoint that nobody needs",
    from: "dev",
    changes: { "network.endpoints": ["s3", "dynamodb"] },
    says: [
      'berth:network.endpoints[1]: found "dynamodb". Write any of: autoscaling, ec2, ecr, eks, eks-auth, elasticloadbalancing, kms, logs, s3, secretsmanager, sts. Example: berth:network: {"endpoints":["s3","ecr","sts"]}',
    ],
  },
  {
    name: "days that CloudWatch cannot keep",
    from: "prod",
    changes: { "network.flowLogs.retentionDays": 31 },
    says: [
      'berth:network.flowLogs.retentionDays: found 31. Write days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Example: berth:network: {"flowLogs":{"retentionDays":30}}',
    ],
  },
  {
    name: "flow logs as a yes",
    from: "prod",
    changes: { "network.flowLogs": true },
    says: [
      'berth:network.flowLogs: found true. Write false, or what to keep: { "retentionDays": 30 }. Example: berth:network: {"flowLogs":{"retentionDays":30}}',
    ],
  },
  {
    name: "public addresses and no way out at once",
    from: "dev",
    changes: { "network.cidr": "203.0.112.0/20", "network.nat": "none" },
    says: [
      'berth:network.cidr: found "203.0.112.0/20". Use private addresses, out of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10: the internet\'s own would be out of reach. Example: berth:network: {"cidr":"10.20.0.0/16"}',
      'berth:network.endpoints: found ["s3"]. Without a NAT gateway nodes cannot join the cluster, nor pods get images and credentials: add ec2, ecr, eks, eks-auth, sts; or write nat: "one". Example: berth:network: {"endpoints":["s3","ecr","sts"]}',
    ],
  },
];

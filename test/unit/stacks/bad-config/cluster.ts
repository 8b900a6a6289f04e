import type { BadConfig } from "./bad-config.ts";

/** Mistakes in the cluster. */
export const cluster: readonly BadConfig[] = [
  {
    name: "a version that EKS no longer has",
    from: "dev",
    changes: { "cluster.version": "1.28" },
    says: [
      'berth:cluster.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26. Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
    ],
  },
  {
    name: "a version in extended support",
    from: "dev",
    changes: { "cluster.version": "1.33" },
    says: [
      'berth:cluster.version: found "1.33". Standard support of 1.33 ended on 2026-07-29. Write one of "1.34", "1.35", "1.36"; or, until 2027-07-29, write upgradePolicy: "extended" and pay $0.60 an hour for the cluster, not $0.10. Example: berth:cluster: {"version":"1.35"}',
    ],
  },
  {
    name: "a version that is to come",
    from: "dev",
    changes: { "cluster.version": "1.99" },
    says: [
      'berth:cluster.version: found "1.99". It is not in EKS\' calendar of 2026-11-21. Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
    ],
  },
  {
    name: "a version with a v",
    from: "dev",
    changes: { "cluster.version": "v1.35" },
    says: [
      'berth:cluster.version: found "v1.35". It is no version as "1.35". Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
    ],
  },
  {
    name: "an API server that everyone reaches",
    from: "dev",
    changes: { "cluster.endpoint.cidrs": ["0.0.0.0/0"] },
    says: [
      'berth:cluster.endpoint.cidrs[0]: found "0.0.0.0/0". Everyone in the internet could try to get in: name the addresses of your offices, VPN and CI. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "an address without its prefix",
    from: "dev",
    changes: { "cluster.endpoint.cidrs": ["203.0.113.7"] },
    says: [
      'berth:cluster.endpoint.cidrs[0]: found "203.0.113.7". Write a block of addresses: "203.0.113.0/24", "2001:db8::/32". Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "private addresses at the public endpoint",
    from: "dev",
    changes: { "cluster.endpoint.cidrs": ["10.0.0.0/8"] },
    says: [
      'berth:cluster.endpoint.cidrs[0]: found "10.0.0.0/8". The internet has no such addresses, so the public endpoint sees none: write those behind which you are. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "a public endpoint for nobody",
    from: "dev",
    changes: { "cluster.endpoint.cidrs": [] },
    says: [
      'berth:cluster.endpoint.cidrs: found []. Name at least one block of addresses that may reach it, or write public: false. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "an endpoint that is public in quotes",
    from: "dev",
    changes: { "cluster.endpoint.public": "true" },
    says: [
      'berth:cluster.endpoint.public: found "true". Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "an endpoint as a word",
    from: "dev",
    changes: { "cluster.endpoint": "public" },
    says: [
      'berth:cluster.endpoint: found "public". Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "a whole account as admin",
    from: "dev",
    changes: { "cluster.admins.platform": "arn:aws:iam::111122223333:root" },
    says: [
      'berth:cluster.admins.platform: found "arn:aws:iam::111122223333:root". EKS takes no whole account: write a role or user: arn:aws:iam::111122223333:role/deployer.',
    ],
  },
  {
    name: "a session as admin",
    from: "dev",
    changes: { "cluster.admins.platform": "arn:aws:sts::111122223333:assumed-role/platform/me" },
    says: [
      'berth:cluster.admins.platform: found "arn:aws:sts::111122223333:assumed-role/platform/me". This is a session: write the role it is of, with its path: arn:aws:iam::111122223333:role/deployer.',
    ],
  },
  {
    name: "an admin by first name",
    from: "dev",
    changes: { "cluster.admins": { platform: "alice" } },
    says: [
      'berth:cluster.admins.platform: found "alice". Write the ARN of an IAM role or user: arn:aws:iam::111122223333:role/deployer.',
    ],
  },
  {
    name: "no admin",
    from: "dev",
    changes: { "cluster.admins": {} },
    says: [
      'berth:cluster.admins: found {}. Name at least who runs pulumi: nobody else can do anything in it. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
    ],
  },
  {
    name: "an admin with blanks in the key",
    from: "dev",
    changes: { "cluster.admins": { "Platform Team": "arn:aws:iam::111122223333:role/platform" } },
    says: [
      "berth:cluster.admins.Platform Team: found \"arn:aws:iam::111122223333:role/platform\". Its name must be a-z, 0-9 and '-', at most 40 characters.",
    ],
  },
  {
    name: "add-ons without a version and unknown ones",
    from: "dev",
    changes: { "cluster.addonVersions": { "vpc-cni": "latest", istio: "v1" } },
    says: [
      'berth:cluster.addonVersions.vpc-cni: found "latest". Write a version of the add-on as EKS has it: v1.21.1-eksbuild.1. Example: berth:cluster: {"addonVersions":{"vpc-cni":"v1.21.1-eksbuild.1"}}',
      'berth:cluster.addonVersions.istio: found "v1". There is no such option: take it out or correct its name. There are: eks-pod-identity-agent, kube-proxy, vpc-cni, aws-ebs-csi-driver, coredns, metrics-server, snapshot-controller.',
    ],
  },
  {
    name: "logs that there are not",
    from: "dev",
    changes: { "cluster.logs": ["kubelet"], "cluster.logRetentionDays": 45 },
    says: [
      'berth:cluster.logs[0]: found "kubelet". Write any of: api, audit, authenticator, controllerManager, scheduler.',
      'berth:cluster.logRetentionDays: found 45. Write days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Example: berth:cluster: {"logRetentionDays":30}',
    ],
  },
  {
    name: "public addresses of Services",
    from: "dev",
    changes: { "cluster.serviceCidr": "203.0.113.0/24" },
    says: [
      'berth:cluster.serviceCidr: found "203.0.113.0/24". Write a block of 10/8, 172.16/12 or 192.168/16, from /12 to /24.',
    ],
  },
  {
    name: "an old version, everyone and public Services at once",
    from: "dev",
    changes: {
      "cluster.version": "1.28",
      "cluster.endpoint.cidrs": ["0.0.0.0/0"],
      "cluster.serviceCidr": "203.0.113.0/24",
    },
    says: [
      'berth:cluster.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26. Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
      'berth:cluster.endpoint.cidrs[0]: found "0.0.0.0/0". Everyone in the internet could try to get in: name the addresses of your offices, VPN and CI. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
      'berth:cluster.serviceCidr: found "203.0.113.0/24". Write a block of 10/8, 172.16/12 or 192.168/16, from /12 to /24.',
    ],
  },
  {
    name: "an old version, and nobody who may do anything",
    from: "dev",
    changes: { "cluster.version": "1.28", "cluster.admins": undefined },
    says: [
      'berth:cluster.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26. Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
      'berth:cluster.admins: missing. Write keys with values. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
    ],
  },
];

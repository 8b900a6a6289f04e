import type { BadConfig } from "./bad-config.ts";

/** Mistakes in what must be written and is not. */
export const missing: readonly BadConfig[] = [
  {
    name: "nothing at all",
    from: null,
    changes: {},
    says: [
      'berth:installation: missing. Write a text. Example: berth:installation: "dev"',
      'berth:owner: missing. Write a text. Example: berth:owner: "platform-team"',
      'berth:costCentre: missing. Write a text. Example: berth:costCentre: "engineering"',
      'berth:aws: missing. Write keys with values. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
      'berth:network.cidr: missing. Write a text. Example: berth:network: {"cidr":"10.20.0.0/16"}',
      'berth:network.zones: missing. Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
      'berth:cluster.version: missing. Write the Kubernetes version in quotes: "1.35". Example: berth:cluster: {"version":"1.35"}',
      'berth:cluster.endpoint: missing. Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
      'berth:cluster.admins: missing. Write keys with values. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
      'berth:database.version: missing. Write a text. Example: berth:database: {"version":"17"}',
      'berth:zone: missing. Must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
      'berth:dns: missing. Write keys with values. Example: berth:dns: {"zone":"example.com","workspaceDomain":"ws.example.com","apiHost":"api.example.com"}',
      'berth:edge: missing. Write keys with values. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
      'berth:certificates.email: missing. It is needed for the issuer staging: write the address of who runs the platform, such as "platform@example.com". Example: berth:certificates: {"email":"platform@example.com"}',
      'berth:budget.monthlyUsd: missing. Write a number. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "an installation alone",
    from: null,
    changes: { installation: "dev" },
    says: [
      'berth:owner: missing. Write a text. Example: berth:owner: "platform-team"',
      'berth:costCentre: missing. Write a text. Example: berth:costCentre: "engineering"',
      'berth:aws: missing. Write keys with values. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
      'berth:network.cidr: missing. Write a text. Example: berth:network: {"cidr":"10.20.0.0/16"}',
      'berth:network.zones: missing. Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
      'berth:cluster.version: missing. Write the Kubernetes version in quotes: "1.35". Example: berth:cluster: {"version":"1.35"}',
      'berth:cluster.endpoint: missing. Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
      'berth:cluster.admins: missing. Write keys with values. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
      'berth:database.version: missing. Write a text. Example: berth:database: {"version":"17"}',
      'berth:zone: missing. Must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
      'berth:dns: missing. Write keys with values. Example: berth:dns: {"zone":"example.com","workspaceDomain":"ws.example.com","apiHost":"api.example.com"}',
      'berth:edge: missing. Write keys with values. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
      'berth:certificates.email: missing. It is needed for the issuer staging: write the address of who runs the platform, such as "platform@example.com". Example: berth:certificates: {"email":"platform@example.com"}',
      'berth:budget.monthlyUsd: missing. Write a number. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "without installation",
    from: "dev",
    changes: { installation: undefined },
    says: ['berth:installation: missing. Write a text. Example: berth:installation: "dev"'],
  },
  {
    name: "without owner",
    from: "dev",
    changes: { owner: undefined },
    says: ['berth:owner: missing. Write a text. Example: berth:owner: "platform-team"'],
  },
  {
    name: "without costCentre",
    from: "dev",
    changes: { costCentre: undefined },
    says: ['berth:costCentre: missing. Write a text. Example: berth:costCentre: "engineering"'],
  },
  {
    name: "without aws",
    from: "dev",
    changes: { aws: undefined },
    says: [
      'berth:aws: missing. Write keys with values. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
    ],
  },
  {
    name: "without network",
    from: "dev",
    changes: { network: undefined },
    says: [
      'berth:network.cidr: missing. Write a text. Example: berth:network: {"cidr":"10.20.0.0/16"}',
      'berth:network.zones: missing. Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "without cluster",
    from: "dev",
    changes: { cluster: undefined },
    says: [
      'berth:cluster.version: missing. Write the Kubernetes version in quotes: "1.35". Example: berth:cluster: {"version":"1.35"}',
      'berth:cluster.endpoint: missing. Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
      'berth:cluster.admins: missing. Write keys with values. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
    ],
  },
  {
    name: "without database",
    from: "dev",
    changes: { database: undefined },
    says: ['berth:database.version: missing. Write a text. Example: berth:database: {"version":"17"}'],
  },
  {
    name: "without zone",
    from: "dev",
    changes: { zone: undefined },
    says: [
      'berth:zone: missing. Must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "without dns",
    from: "dev",
    changes: { dns: undefined },
    says: [
      'berth:dns: missing. Write keys with values. Example: berth:dns: {"zone":"example.com","workspaceDomain":"ws.example.com","apiHost":"api.example.com"}',
    ],
  },
  {
    name: "without edge",
    from: "dev",
    changes: { edge: undefined },
    says: ['berth:edge: missing. Write keys with values. Example: berth:edge: {"serves":"tunnel","tunnel":{}}'],
  },
  {
    name: "without certificates",
    from: "dev",
    changes: { certificates: undefined },
    says: [
      'berth:certificates.email: missing. It is needed for the issuer staging: write the address of who runs the platform, such as "platform@example.com". Example: berth:certificates: {"email":"platform@example.com"}',
    ],
  },
  {
    name: "without budget",
    from: "dev",
    changes: { budget: undefined },
    says: [
      'berth:budget.monthlyUsd: missing. Write a number. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "without aws.region",
    from: "dev",
    changes: { "aws.region": undefined },
    says: [
      'berth:aws.region: missing. Write a text. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
    ],
  },
  {
    name: "without aws.account",
    from: "dev",
    changes: { "aws.account": undefined },
    says: [
      'berth:aws.account: missing. Must be the twelve digits of an account, in quotes: "111122223333". Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
    ],
  },
  {
    name: "without network.cidr",
    from: "dev",
    changes: { "network.cidr": undefined },
    says: ['berth:network.cidr: missing. Write a text. Example: berth:network: {"cidr":"10.20.0.0/16"}'],
  },
  {
    name: "without network.zones",
    from: "dev",
    changes: { "network.zones": undefined },
    says: [
      'berth:network.zones: missing. Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "without cluster.version",
    from: "dev",
    changes: { "cluster.version": undefined },
    says: [
      'berth:cluster.version: missing. Write the Kubernetes version in quotes: "1.35". Example: berth:cluster: {"version":"1.35"}',
    ],
  },
  {
    name: "without cluster.endpoint",
    from: "dev",
    changes: { "cluster.endpoint": undefined },
    says: [
      'berth:cluster.endpoint: missing. Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "without cluster.endpoint.cidrs",
    from: "dev",
    changes: { "cluster.endpoint.cidrs": undefined },
    says: [
      'berth:cluster.endpoint.cidrs: missing. Write a list. Example: berth:cluster: {"endpoint":{"public":true,"cidrs":["203.0.113.7/32"]}}',
    ],
  },
  {
    name: "without cluster.admins",
    from: "dev",
    changes: { "cluster.admins": undefined },
    says: [
      'berth:cluster.admins: missing. Write keys with values. Example: berth:cluster: {"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
    ],
  },
  {
    name: "without database.version",
    from: "dev",
    changes: { "database.version": undefined },
    says: ['berth:database.version: missing. Write a text. Example: berth:database: {"version":"17"}'],
  },
  {
    name: "without zone.provider",
    from: "dev",
    changes: { "zone.provider": undefined },
    says: [
      'berth:zone.provider: missing. Must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "without zone.accountId",
    from: "dev",
    changes: { "zone.accountId": undefined },
    says: [
      'berth:zone.accountId: missing. Write a text. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "without zone.zoneId",
    from: "dev",
    changes: { "zone.zoneId": undefined },
    says: [
      'berth:zone.zoneId: missing. Write a text. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "without dns.zone",
    from: "dev",
    changes: { "dns.zone": undefined },
    says: ['berth:dns.zone: missing. Write a text. Example: berth:dns: {"zone":"example.com"}'],
  },
  {
    name: "without dns.workspaceDomain",
    from: "dev",
    changes: { "dns.workspaceDomain": undefined },
    says: [
      'berth:dns.workspaceDomain: missing. Write a text. Example: berth:dns: {"workspaceDomain":"ws.example.com"}',
    ],
  },
  {
    name: "without dns.apiHost",
    from: "dev",
    changes: { "dns.apiHost": undefined },
    says: ['berth:dns.apiHost: missing. Write a text. Example: berth:dns: {"apiHost":"api.example.com"}'],
  },
  {
    name: "without edge.serves",
    from: "dev",
    changes: { "edge.serves": undefined },
    says: [
      'berth:edge.serves: missing. Must be tunnel or load-balancer. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
    ],
  },
  {
    name: "without certificates.email",
    from: "dev",
    changes: { "certificates.email": undefined },
    says: [
      'berth:certificates.email: missing. It is needed for the issuer staging: write the address of who runs the platform, such as "platform@example.com". Example: berth:certificates: {"email":"platform@example.com"}',
    ],
  },
  {
    name: "without budget.monthlyUsd",
    from: "dev",
    changes: { "budget.monthlyUsd": undefined },
    says: [
      'berth:budget.monthlyUsd: missing. Write a number. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "a key without a value",
    from: "dev",
    changes: { "network.zones": null },
    says: [
      'berth:network.zones: found null. Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
    ],
  },
  {
    name: "many mistakes at once",
    from: "prod",
    changes: {
      installation: "Prod",
      "aws.region": "eu",
      "network.zones": ["eu-central-1a"],
      "cluster.version": "1.28",
      "dns.zone": "Example.com",
      "budget.monthlyUsd": "5000",
      extra: "x",
    },
    says: [
      'berth:installation: found "Prod". Must be one DNS label: a-z, 0-9 and \'-\', at most 63 characters. Example: berth:installation: "dev"',
      'berth:aws.region: found "eu". Must be a region: eu-central-1. Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
      'berth:network.zones: found ["eu-central-1a"]. Name two or three zones: one alone takes the platform with it when it fails. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
      'berth:cluster.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26. Write one of "1.34", "1.35", "1.36". Example: berth:cluster: {"version":"1.35"}',
      'berth:dns.zone: found "Example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com. Example: berth:dns: {"zone":"example.com"}',
      'berth:budget.monthlyUsd: found "5000". Write a number, without quotes. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
      'berth:extra: found "x". There is no such option: take it out or correct its name. There are: berth:installation, berth:owner, berth:costCentre, berth:protect, berth:aws, berth:network, berth:cluster, berth:nodes, berth:autoscaler, berth:storage, berth:backup, berth:database, berth:state, berth:registry, berth:images, berth:zone, berth:dns, berth:edge, berth:ingress, berth:certificates, berth:provisioner, berth:adminToken, berth:webhookSecrets, berth:alertSecret, berth:monitoring, berth:logs, berth:alarms, berth:databaseAlarms, berth:budget.',
    ],
  },
];

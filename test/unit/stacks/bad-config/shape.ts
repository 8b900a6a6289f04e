import type { BadConfig } from "./bad-config.ts";

/** Mistakes in what is written in the wrong shape. */
export const shape: readonly BadConfig[] = [
  {
    name: "a key that is not there, with all there are",
    from: "dev",
    changes: { colour: "red" },
    says: [
      'berth:colour: found "red". There is no such option: take it out or correct its name. There are: berth:installation, berth:owner, berth:costCentre, berth:protect, berth:aws, berth:network, berth:cluster, berth:nodes, berth:autoscaler, berth:storage, berth:backup, berth:database, berth:state, berth:registry, berth:images, berth:zone, berth:dns, berth:edge, berth:ingress, berth:certificates, berth:provisioner, berth:adminToken, berth:webhookSecrets, berth:alertSecret, berth:monitoring, berth:logs, berth:alarms, berth:databaseAlarms, berth:budget.',
    ],
  },
  {
    name: "keys that are not there, at every level",
    from: "dev",
    changes: {
      "aws.zone": "a",
      "network.subnets": 4,
      "cluster.endpoint.private": true,
      "nodes.workspaces.gpu": 1,
      "database.backups.hours": 3,
      "edge.tunnel.token": "x",
      "provisioner.api.port": 80,
      "monitoring.thresholds.cpu": 2,
      "zone.name": "example.net",
    },
    says: [
      'berth:aws.zone: found "a". There is no such option: take it out or correct its name. There are: region, account, tags.',
      "berth:network.subnets: found 4. There is no such option: take it out or correct its name. There are: cidr, zones, nat, endpoints, flowLogs, deletionProtection.",
      "berth:cluster.endpoint.private: found true. There is no such option: take it out or correct its name. There are: public, cidrs.",
      "berth:nodes.workspaces.gpu: found 1. There is no such option: take it out or correct its name. There are: instanceTypes, capacity, min, desired, max, diskGiB, podPidsLimit.",
      "berth:database.backups.hours: found 3. There is no such option: take it out or correct its name. There are: days, window.",
      'berth:zone.name: found "example.net". There is no such option: take it out or correct its name. There are: provider, accountId, zoneId.',
      'berth:edge.tunnel.token: found "x". There is no such option: take it out or correct its name. There are: accountId, tunnelName, namespace, replicas, image, resources, graceSeconds, metricsNamespace, priorityClass, cloudflareNetworks.',
      "berth:provisioner.api.port: found 80. There is no such option: take it out or correct its name. There are: replicas, autoscaling, resources, corsOrigins, requestsPerMinute.",
      "berth:monitoring.thresholds.cpu: found 2. There is no such option: take it out or correct its name. There are: createSeconds, queueSeconds, failedPercent, apiErrorPercent, pendingMinutes, volumePercent, certificateDays.",
    ],
  },
  {
    name: "JSON that cannot be read",
    from: "dev",
    changes: { network: '{"cidr": 10.20.0.0/16}' },
    says: [
      'berth:network: found "{\\"cidr\\": 10.20.0.0/16}". It is not JSON that can be read: write keys with values. Example: berth:network: {"cidr":"10.20.0.0/16","zones":["eu-central-1a","eu-central-1b"],"nat":"one"}',
    ],
  },
  {
    name: "a list that cannot be read",
    from: "dev",
    changes: { network: "[cidr: 10.20.0.0/16" },
    says: [
      'berth:network: found "[cidr: 10.20.0.0/16". It is not JSON that can be read: write keys with values. Example: berth:network: {"cidr":"10.20.0.0/16","zones":["eu-central-1a","eu-central-1b"],"nat":"one"}',
    ],
  },
  {
    name: "a text for a section",
    from: "dev",
    changes: { edge: "tunnel", budget: "900" },
    says: [
      'berth:edge: found "tunnel". Write keys with values. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
      'berth:budget: found "900". Write keys with values. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "a list for a section",
    from: "dev",
    changes: { cluster: [1], nodes: [] },
    says: [
      'berth:cluster: found [1]. Write keys with values. Example: berth:cluster: {"version":"1.35","endpoint":{"public":true,"cidrs":["203.0.113.7/32"]},"admins":{"deployer":"arn:aws:iam::111122223333:role/deployer"}}',
      'berth:nodes: found []. Write keys with values. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "a text for a list",
    from: "dev",
    changes: {
      "network.zones": "eu-central-1a,eu-central-1b",
      "alarms.emails": "oncall@example.com",
      "budget.emails": "platform@example.com",
    },
    says: [
      'berth:network.zones: found "eu-central-1a,eu-central-1b". Write a list. Example: berth:network: {"zones":["eu-central-1a","eu-central-1b"]}',
      'berth:alarms.emails: found "oncall@example.com". Write a list. Example: berth:alarms: {"emails":["oncall@example.com"]}',
      'berth:budget.emails: found "platform@example.com". Write a list. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "numbers in quotes, as pulumi config set leaves them",
    from: "dev",
    changes: {
      "budget.monthlyUsd": "900",
      "nodes.workspaces.max": "30",
      "backup.daily.retentionDays": "7",
      "database.storage": { initialGiB: "50" },
      "provisioner.engine.concurrency": "4",
    },
    says: [
      'berth:nodes.workspaces.max: found "30". Write a number, without quotes. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
      'berth:backup.daily.retentionDays: found "7". Write a number, without quotes. Example: berth:backup: {"daily":{"retentionDays":35},"weekly":{"retentionDays":90}}',
      'berth:database.storage.initialGiB: found "50". Write a number, without quotes.',
      'berth:provisioner.engine.concurrency: found "4". Write a number, without quotes.',
      'berth:budget.monthlyUsd: found "900". Write a number, without quotes. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "true and false in quotes",
    from: "dev",
    changes: { "database.multiAz": "true", "nodes.sessionManager": "false", "monitoring.grafana": "no" },
    says: [
      'berth:nodes.sessionManager: found "false". Write true or false, without quotes.',
      'berth:database.multiAz: found "true". Write true or false, without quotes.',
      'berth:monitoring.grafana: found "no". Write true or false.',
    ],
  },
  {
    name: "numbers for texts",
    from: "dev",
    changes: { "aws.account": 111122223333, "cluster.version": 1.35, "database.version": 17, "aws.tags": { team: 7 } },
    says: [
      'berth:aws.account: found 111122223333. Must be the twelve digits of an account, in quotes: "111122223333". Example: berth:aws: {"region":"eu-central-1","account":"111122223333"}',
      "berth:aws.tags.team: found 7. Write a text, in quotes.",
      'berth:cluster.version: found 1.35. Write the Kubernetes version in quotes: "1.35". Example: berth:cluster: {"version":"1.35"}',
      'berth:database.version: found 17. Write a text, in quotes. Example: berth:database: {"version":"17"}',
    ],
  },
  {
    name: "a fraction for a whole number",
    from: "dev",
    changes: { "nodes.workspaces.min": 2.5, "autoscaler.idleMinutes": 0.5 },
    says: [
      'berth:nodes.workspaces.min: found 2.5. Write a whole number. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
      'berth:autoscaler.idleMinutes: found 0.5. Write a whole number. Example: berth:autoscaler: {"replicas":2,"idleMinutes":10,"idleBelow":0.5}',
    ],
  },
  {
    name: "a yes that YAML makes true",
    from: "dev",
    changes: { protect: "true" },
    says: ['berth:protect: found "true". Must be yes or no.'],
  },
];

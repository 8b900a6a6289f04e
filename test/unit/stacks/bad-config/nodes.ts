import type { BadConfig } from "./bad-config.ts";

/** Mistakes in nodes and volumes. */
export const nodes: readonly BadConfig[] = [
  {
    name: "spot with one type",
    from: "dev",
    changes: { "nodes.workspaces.instanceTypes": ["m7i.2xlarge"] },
    says: [
      'berth:nodes.workspaces.instanceTypes: found ["m7i.2xlarge"]. Must be several for spot: one type in one zone is often not to be had. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "types of two architectures",
    from: "dev",
    changes: { "nodes.workspaces.instanceTypes": ["m7i.2xlarge", "m7g.2xlarge"] },
    says: [
      'berth:nodes.workspaces.instanceTypes[1]: found "m7g.2xlarge". Must be x86_64 like m7i.2xlarge: it is arm64. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "types of two sizes",
    from: "dev",
    changes: { "nodes.workspaces.instanceTypes": ["m7i.2xlarge", "m7i.4xlarge"] },
    says: [
      'berth:nodes.workspaces.instanceTypes[1]: found "m7i.4xlarge". Must have 8 CPUs and 32 GiB like m7i.2xlarge: it has 16 CPUs and 64 GiB. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "nodes that cannot run the images",
    from: "dev",
    changes: { "nodes.workspaces.instanceTypes": ["m7g.2xlarge", "m6g.2xlarge"] },
    says: [
      'berth:nodes.workspaces.instanceTypes: found ["m7g.2xlarge","m6g.2xlarge"]. These are arm64, and images are built for linux/amd64: write images.platform: "linux/arm64", or other types.',
    ],
  },
  {
    name: "images that the nodes cannot run",
    from: "dev",
    changes: { images: { from: "build", platform: "linux/arm64" } },
    says: [
      'berth:nodes.system.instanceTypes: found ["m7i.large","m6i.large","m6a.large"]. These are x86_64, and images are built for linux/arm64: write images.platform: "linux/amd64", or other types.',
      'berth:nodes.workspaces.instanceTypes: found ["m7i.2xlarge","m6i.2xlarge","m6a.2xlarge","m7a.2xlarge"]. These are x86_64, and images are built for linux/arm64: write images.platform: "linux/amd64", or other types.',
    ],
  },
  {
    name: "a type that is not for this",
    from: "dev",
    changes: { "nodes.workspaces.instanceTypes": ["p5.48xlarge", "m7i.2xlarge"] },
    says: [
      'berth:nodes.workspaces.instanceTypes[0]: found "p5.48xlarge". Must be a general (m, t), compute (c) or memory (r) type of a present generation, such as "m7i.2xlarge". Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "fewest above most",
    from: "prod",
    changes: { "nodes.workspaces.min": 31 },
    says: [
      'berth:nodes.workspaces.min: found 31. Must be at most max, which is 30: it is 31. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "a beginning below the fewest",
    from: "prod",
    changes: { "nodes.system.desired": 1 },
    says: ["berth:nodes.system.desired: found 1. Must be from min to max, which are 3 and 9: it is 1."],
  },
  {
    name: "fewer nodes than zones",
    from: "prod",
    changes: { "nodes.system": { min: 2, desired: 2, max: 2 } },
    says: [
      "berth:nodes.system.max: found 2. Write at least 3, one for each of the zones eu-central-1a, eu-central-1b, eu-central-1c: volumes stay in their zone.",
    ],
  },
  {
    name: "numbers out of range",
    from: "dev",
    changes: { "nodes.workspaces.diskGiB": 8, "nodes.workspaces.podPidsLimit": 10, "nodes.system": { max: 1000 } },
    says: [
      "berth:nodes.system.max: found 1000. Write 2 to 450.",
      "berth:nodes.workspaces.diskGiB: found 8. Write 20 to 16384.",
      "berth:nodes.workspaces.podPidsLimit: found 10. Write 64 to 1000000.",
    ],
  },
  {
    name: "a way of paying that there is not",
    from: "dev",
    changes: { "nodes.workspaces.capacity": "reserved" },
    says: [
      'berth:nodes.workspaces.capacity: found "reserved". Write "spot" or "on-demand". Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
  {
    name: "an autoscaler that would do nothing",
    from: "dev",
    changes: { autoscaler: { replicas: 0, idleMinutes: 5000, idleBelow: 1 } },
    says: [
      'berth:autoscaler.replicas: found 0. Write 1 to 3. Example: berth:autoscaler: {"replicas":2,"idleMinutes":10,"idleBelow":0.5}',
      'berth:autoscaler.idleMinutes: found 5000. Write 1 to 1440. Example: berth:autoscaler: {"replicas":2,"idleMinutes":10,"idleBelow":0.5}',
      'berth:autoscaler.idleBelow: found 1. Write 0.05 to 0.95. Example: berth:autoscaler: {"replicas":2,"idleMinutes":10,"idleBelow":0.5}',
    ],
  },
  {
    name: "volumes that EBS has not",
    from: "dev",
    changes: { storage: { className: "GP3", kmsKeyArn: "alias/ebs", workspaceIops: 100, workspaceThroughput: 5000 } },
    says: [
      'berth:storage.className: found "GP3". Must be one DNS label: a-z, 0-9 and \'-\', at most 63 characters. Example: berth:storage: {"className":"gp3","workspaceThroughput":250}',
      'berth:storage.kmsKeyArn: found "alias/ebs". Must be the ARN of a key: "arn:aws:kms:eu-central-1:123456789012:key/…".',
      "berth:storage.workspaceIops: found 100. Write 3000 to 80000.",
      'berth:storage.workspaceThroughput: found 5000. Write 125 to 2000. Example: berth:storage: {"className":"gp3","workspaceThroughput":250}',
    ],
  },
  {
    name: "types of two sizes, and more nodes at least than at most, at once",
    from: "dev",
    changes: {
      "nodes.workspaces.instanceTypes": ["m7i.2xlarge", "m7i.large"],
      "nodes.workspaces.min": 5,
      "nodes.workspaces.max": 3,
    },
    says: [
      'berth:nodes.workspaces.instanceTypes[1]: found "m7i.large". Must have 8 CPUs and 32 GiB like m7i.2xlarge: it has 2 CPUs and 8 GiB. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
      'berth:nodes.workspaces.min: found 5. Must be at most max, which is 3: it is 5. Example: berth:nodes: {"workspaces":{"instanceTypes":["m7i.2xlarge","m6i.2xlarge"],"capacity":"spot","min":2,"max":10}}',
    ],
  },
];

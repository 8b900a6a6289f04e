import type { BadConfig } from "./bad-config.ts";

/** Mistakes in what runs in the cluster. */
export const inside: readonly BadConfig[] = [
  {
    name: "a provisioner of one pod",
    from: "prod",
    changes: {
      "provisioner.api": { replicas: 1, corsOrigins: ["*"], autoscaling: { maxReplicas: 2 } },
      "provisioner.router": {
        autoscaling: true,
        productOrigins: ["https://app.example.com/", "http://app.example.com"],
        loginUrl: "app.example.com/login",
        sessions: { idleHours: 48, days: 1 },
      },
    },
    says: [
      "berth:provisioner.api.replicas: found 1. Write at least 2: with one, each roll-out and each lost node is an outage.",
      "berth:provisioner.api.autoscaling.maxReplicas: found 2. Write 3 to 50.",
      'berth:provisioner.api.corsOrigins[0]: found "*". Write an origin in full, without a path: "https://app.example.com".',
      "berth:provisioner.router.autoscaling: found true. Write false or keys with values.",
      'berth:provisioner.router.productOrigins[0]: found "https://app.example.com/". Write an origin in full, without a path: "https://app.example.com". Example: berth:provisioner: {"router":{"productOrigins":["https://app.example.com"]}}',
      'berth:provisioner.router.productOrigins[1]: found "http://app.example.com". Write an origin with https: its pages act for who is signed in: "https://app.example.com". Example: berth:provisioner: {"router":{"productOrigins":["https://app.example.com"]}}',
      'berth:provisioner.router.loginUrl: found "app.example.com/login". Write a URL with https, and without a fragment: "https://app.example.com/login". Example: berth:provisioner: {"router":{"loginUrl":"https://app.example.com/login"}}',
      "berth:provisioner.router.sessions.idleHours: found 48. Write at most days * 24.",
    ],
  },
  {
    name: "an engine with more idle workers than work",
    from: "prod",
    changes: { "provisioner.engine": { concurrency: 2, idleWorkers: 3 } },
    says: ["berth:provisioner.engine.idleWorkers: found 3. Write at most concurrency, which is 2."],
  },
  {
    name: "words that the provisioner does not know",
    from: "prod",
    changes: {
      "provisioner.signupBlueprint": "laptop",
      "provisioner.logLevel": "loud",
      "provisioner.workspaces": { denyEgress: ["10.0.0.1"] },
    },
    says: [
      'berth:provisioner.workspaces.denyEgress[0]: found "10.0.0.1". Must be a block of addresses such as "203.0.113.0/24" or "2001:db8::/32".',
      'berth:provisioner.signupBlueprint: found "laptop". Write "desktop", "home", "ide" or "sandbox".',
      'berth:provisioner.logLevel: found "loud". Write "trace", "debug", "info", "warn" or "error".',
    ],
  },
  {
    name: "policies that there are none of, and values that they do not have",
    from: "prod",
    changes: {
      "provisioner.policies": {
        "kubernetes-pod-be-small": "advisory",
        "kubernetes-pod-trust-registry": { registries: "ghcr.io/acme" },
        "kubernetes-pod-pin-image": "loud",
      },
    },
    says: [
      'berth:provisioner.policies.kubernetes-pod-pin-image.enforcementLevel: found "loud". Write "mandatory", "advisory" or "disabled".',
      'berth:provisioner.policies.kubernetes-pod-trust-registry.registries: found "ghcr.io/acme". Write a list.',
      'berth:provisioner.policies.kubernetes-pod-be-small: found {"enforcementLevel":"advisory"}. There is no such option: take it out or correct its name.',
    ],
  },
  {
    name: "monitoring out of range",
    from: "prod",
    changes: {
      monitoring: {
        storage: "100GB",
        memory: "128Mi",
        cpu: "none",
        scrapeSeconds: 5,
        thresholds: { certificateDays: 30, failedPercent: 0 },
      },
    },
    says: [
      'berth:monitoring.storage: found "100GB". Write memory or storage as a Kubernetes quantity above zero: "256Mi", "4Gi" or "20G".',
      'berth:monitoring.memory: found "128Mi". Must be from 512Mi to 64Gi.',
      'berth:monitoring.cpu: found "none". Write CPU as a Kubernetes quantity above zero: "2", "0.5" or "500m".',
      "berth:monitoring.scrapeSeconds: found 5. Write 10 to 300.",
      "berth:monitoring.thresholds.failedPercent: found 0. Write 0.1 to 100.",
      "berth:monitoring.thresholds.certificateDays: found 30. Write 1 to 29: cert-manager renews a 90-day certificate 30 days before its end.",
    ],
  },
  {
    name: "a receiver as a word",
    from: "prod",
    changes: { "monitoring.receiver": "sns" },
    says: [
      'berth:monitoring.receiver: found "sns". Write a receiver of one kind: { kind: "none" }, "webhook", "sns" or "email". Example: berth:monitoring: {"receiver":{"kind":"sns"}}',
    ],
  },
  {
    name: "a receiver that there is not",
    from: "prod",
    changes: { "monitoring.receiver": { kind: "slack" } },
    says: [
      'berth:monitoring.receiver.kind: found "slack". Write a receiver of one kind: { kind: "none" }, "webhook", "sns" or "email". Example: berth:monitoring: {"receiver":{"kind":"sns"}}',
    ],
  },
  {
    name: "half an e-mail",
    from: "prod",
    changes: { "monitoring.receiver": { kind: "email", to: [], smarthost: "mail" } },
    says: [
      "berth:monitoring.receiver.to: found []. Write at least one address.",
      'berth:monitoring.receiver.from: missing. Write an e-mail address: "oncall@example.com".',
      'berth:monitoring.receiver.smarthost: found "mail". Write host and port: "email-smtp.eu-central-1.amazonaws.com:587".',
      "berth:monitoring.receiver.username: missing. Write a text.",
    ],
  },
  {
    name: "a webhook without its URL",
    from: "prod",
    changes: { "monitoring.receiver": { kind: "webhook" } },
    says: [
      "berth:alertSecret: missing. A receiver of kind webhook needs its URL: pulumi config set --secret berth:alertSecret …",
    ],
  },
  {
    name: "an e-mail account without its password",
    from: "prod",
    changes: {
      "monitoring.receiver": {
        kind: "email",
        to: ["a@example.com"],
        from: "b@example.com",
        smarthost: "mail.example.com:587",
        username: "berth",
      },
    },
    says: [
      "berth:alertSecret: missing. A receiver of kind email needs its password: pulumi config set --secret berth:alertSecret …",
    ],
  },
  {
    name: "targets without a namespace",
    from: "prod",
    changes: { "monitoring.targets": { "My App": { namespace: "app" }, other: { port: "metrics", path: "metrics" } } },
    says: [
      'berth:monitoring.targets.My App: found {"namespace":"app"}. Its name must be one DNS label: a-z, 0-9 and \'-\', at most 63 characters.',
      "berth:monitoring.targets.other.namespace: missing. Write a text.",
      'berth:monitoring.targets.other.path: found "metrics". Write a text that begins with "/".',
    ],
  },
  {
    name: "two programs in one namespace",
    from: "dev",
    changes: { logs: { namespace: "berth-monitoring" }, "certificates.namespace": "kube-system" },
    says: [
      'berth:logs.namespace: found "berth-monitoring". A namespace with rules of its own is made here, and this one is monitoring.namespace too: choose another name.',
      'berth:certificates.namespace: found "kube-system". A namespace with rules of its own is made here, and this one is of something else: choose another name.',
    ],
  },
  {
    name: "logs in AWS' own place",
    from: "dev",
    changes: { logs: { logGroup: "aws/x", retentionDays: 10 } },
    says: [
      'berth:logs.logGroup: found "aws/x". Write 1 to 512 of letters, digits and . - _ / #, not beginning with aws/. Example: berth:logs: {"logGroup":"/berth/prod"}',
      'berth:logs.retentionDays: found 10. Write days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Example: berth:logs: {"retentionDays":30}',
    ],
  },
  {
    name: "alarms that never or always sound",
    from: "dev",
    changes: { databaseAlarms: { cpuPercent: 120, freeStorageGiB: 0, connections: "many" } },
    says: [
      "berth:databaseAlarms.freeStorageGiB: found 0. Write 0.5 to 65536.",
      "berth:databaseAlarms.cpuPercent: found 120. Write 10 to 100.",
      'berth:databaseAlarms.connections: found "many". Write a number.',
    ],
  },
  {
    name: "a budget of less than nothing",
    from: "dev",
    changes: { "budget.monthlyUsd": -1 },
    says: [
      'berth:budget.monthlyUsd: found -1. Write US dollars above 0. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
  {
    name: "a budget that nobody hears of",
    from: "dev",
    changes: { "budget.emails": [] },
    says: ["berth:budget.emails: found []. Nobody is told of what it costs: name somebody here or in alarms.emails."],
  },
  {
    name: "somebody who is told twice",
    from: "dev",
    changes: {
      alarms: { emails: ["oncall@example.com", "oncall@example.com"] },
      "budget.emails": ["platform@example.com", "finance@example.com", "platform@example.com"],
      monitoring: {
        receiver: {
          kind: "email",
          to: ["oncall@example.com", "oncall@example.com"],
          from: "berth@example.com",
          smarthost: "smtp.example.com:587",
          username: "berth",
        },
      },
    },
    says: [
      'berth:monitoring.receiver.to: found ["oncall@example.com","oncall@example.com"]. Must name each address once.',
      'berth:alarms.emails: found ["oncall@example.com","oncall@example.com"]. Must name each address once. Example: berth:alarms: {"emails":["oncall@example.com"]}',
      'berth:budget.emails: found ["platform@example.com","finance@example.com","platform@example.com"]. Must name each address once. Example: berth:budget: {"monthlyUsd":900,"emails":["platform@example.com"]}',
    ],
  },
];

import type { BadConfig } from "./bad-config.ts";

/** Mistakes in secrets, which no message shows. */
export const secrets: readonly BadConfig[] = [
  {
    name: "an admin token in the open",
    from: "dev",
    changes: { adminToken: "correct-horse-battery-staple-0123456789" },
    says: [
      'berth:adminToken: found "[secret]". It is a secret, and stands in the file for all to read: make another one, and set it with pulumi config set --secret berth:adminToken',
    ],
  },
  {
    name: "an admin token that is too short",
    from: "dev",
    changes: { adminToken: "hunter2-hunter2" },
    secretKeys: ["adminToken"],
    says: ['berth:adminToken: found "[secret]". Must be 32 to 512 printable ASCII characters without blanks.'],
  },
  {
    name: "an admin token that is too short, in the open",
    from: "dev",
    changes: { adminToken: "hunter2-hunter2" },
    says: [
      'berth:adminToken: found "[secret]". It is a secret, and stands in the file for all to read: make another one, and set it with pulumi config set --secret berth:adminToken',
      'berth:adminToken: found "[secret]". Must be 32 to 512 printable ASCII characters without blanks.',
    ],
  },
  {
    name: "a wrong webhook secret beside a right one",
    from: "dev",
    changes: { webhookSecrets: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "hunter2-hunter2"] },
    secretKeys: ["webhookSecrets"],
    says: ['berth:webhookSecrets[1]: found "[secret]". Must be as the sender shows it: whsec_ and base64.'],
  },
  {
    name: "webhook secrets in the open",
    from: "dev",
    changes: { webhookSecrets: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] },
    says: [
      "berth:webhookSecrets: found \"[secret]\". It is a secret, and stands in the file for all to read: make another one, and set it with pulumi config set --secret --path 'berth:webhookSecrets[0]'",
    ],
  },
  {
    name: "a webhook secret that is a number",
    from: "dev",
    changes: { webhookSecrets: [123456789] },
    secretKeys: ["webhookSecrets"],
    says: ['berth:webhookSecrets[0]: found "[secret]". Write a text, in quotes.'],
  },
  {
    name: "three webhook secrets",
    from: "dev",
    changes: {
      webhookSecrets: [
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "whsec_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC",
      ],
    },
    secretKeys: ["webhookSecrets"],
    says: ['berth:webhookSecrets: found "[secret]". Must be one, or two while one is being replaced.'],
  },
  {
    name: "a webhook secret without its list",
    from: "dev",
    changes: { webhookSecrets: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    secretKeys: ["webhookSecrets"],
    says: ['berth:webhookSecrets: found "[secret]". Write a list.'],
  },
  {
    name: "a receiver's URL in the open",
    from: "prod",
    changes: { alertSecret: "https://hooks.example.com/hunter2-hunter2", "monitoring.receiver": { kind: "webhook" } },
    says: [
      'berth:alertSecret: found "[secret]". It is a secret, and stands in the file for all to read: make another one, and set it with pulumi config set --secret berth:alertSecret',
    ],
  },
  {
    name: "a receiver's URL in a section",
    from: "prod",
    changes: { alertSecret: { url: "https://hooks.example.com/hunter2-hunter2" } },
    secretKeys: ["alertSecret"],
    says: ['berth:alertSecret: found "[secret]". Write a text.'],
  },
  {
    name: "a section that somebody keeps secret",
    from: "prod",
    changes: { "dns.workspaceDomain": "hush.example.org", "dns.zone": "secret.example.net" },
    secretKeys: ["dns"],
    says: [
      'berth:dns.workspaceDomain: found "[secret]". Must be the zone [secret] itself, or end in .[secret]. Example: berth:dns: {"workspaceDomain":"ws.example.com"}',
      'berth:dns.apiHost: found "[secret]". Must end in .[secret]: records can be made within this zone only, and its own name stays as it is. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "a secret section that others follow from",
    from: "prod",
    changes: {
      "dns.workspaceDomain":
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.dddddddddddddddddddd.example.com",
    },
    secretKeys: ["dns"],
    says: [
      'berth:provisioner.workspaceDomain: found "[secret]". Write at most 200 characters. It follows from berth:dns.workspaceDomain: change that.',
    ],
  },
];

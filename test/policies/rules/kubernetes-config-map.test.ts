import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { keepSecretsOutOfConfigMap } from "../../../policies/rules/kubernetes-config-map/hold-no-secret.ts";
import { plainSecrets } from "../../../policies/rules/kubernetes-shared/plain-secrets.ts";
import { describeRule } from "./describe-rule.ts";
import { inPlatform } from "./kubernetes-fixtures.ts";

const type = "kubernetes:core/v1:ConfigMap";
const fix = "Put it into a Secret, or leave only its reference there (an ARN, the path of a mounted file).";
const holds = (where: string, what: string) => [`settings (${type}): ${where} holds ${what}. ${fix}`];

describeRule(
  keepSecretsOutOfConfigMap,
  inPlatform(type, "settings", {
    data: {
      DATABASE_URL: "postgres://berth@db:5432/berth?sslmode=verify-full",
      BERTH_DATABASE_SECRET: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds",
      "workspace.json": '{"home":"/home/user","token":{"path":"/run/token"}}',
      "berth.env": "API_TOKEN_FILE=/run/token\n",
    },
    binaryData: { "logo.png": Buffer.from([137, 80, 78, 71]).toString("base64") },
  }),
  {
    refuses: {
      "a URL with a password": {
        change: [["data", "DATABASE_URL"], "postgres://berth:hunter2@db:5432/berth"],
        says: holds("data.DATABASE_URL", "a URL with a password"),
      },
      "a secret under a name that says so": {
        change: [["data", "BERTH_DATABASE_SECRET"], "hunter2hunter2"],
        says: holds("data.BERTH_DATABASE_SECRET", "a literal value"),
      },
      "a secret in a file of JSON": {
        change: [["data", "workspace.json"], '{"git":{"apiToken":"0123456789abcdef"}}'],
        says: holds("data.workspace.json.git.apiToken", "a literal value"),
      },
      "a secret in a file of settings": {
        change: [["data", "berth.env"], "BERTH_PORT=8080\nexport API_TOKEN='0123456789abcdef' # ours\n"],
        says: holds("data.berth.env.API_TOKEN", "a literal value"),
      },
      "a private key in a binary file": {
        change: [["binaryData", "logo.png"], Buffer.from("-----BEGIN RSA PRIVATE KEY-----\nMIG").toString("base64")],
        says: holds("binaryData.logo.png", "a private key"),
      },
    },
    waitsFor: [["data"], ["data", "DATABASE_URL"], ["binaryData"], ["binaryData", "logo.png"]],
  },
);

describe("plainSecrets", () => {
  // Put together here, so that whoever looks through the source for secrets finds none.
  const twenty = "a1B2c3D4e5F6g7H8i9J0";
  const forms: Readonly<Record<string, string>> = {
    "a private key": ["-----BEGIN", "OPENSSH PRIVATE KEY-----"].join(" "),
    "an access key of AWS": ["AKIA", "Q".repeat(16)].join(""),
    "a token of GitHub": ["ghp", `${twenty}${twenty}`].join("_"),
    "a token of GitLab": ["glpat", twenty].join("-"),
    "a token of Slack": ["xoxb", twenty].join("-"),
    "a webhook of Slack": ["https://hooks.slack.com", "services", "T01", "B01", twenty].join("/"),
    "a key of Stripe": ["sk", "live", twenty].join("_"),
    "a webhook's secret": ["whsec", `${twenty}${twenty}`].join("_"),
    "a token of npm": ["npm", `${twenty}${twenty}`.slice(0, 36)].join("_"),
    "an access token of Pulumi": ["pul", "0123456789".repeat(4)].join("-"),
    "a key of Google": ["AIza", `${twenty}${twenty}`.slice(0, 35)].join(""),
    "a signed token (JWT)": ["eyJhbGciOiJFUzI1", "eyJzdWIiOiJhZGEi", twenty].join("."),
    "a URL with a password": ["https://ada:hunter2", "git.example.com/x.git"].join("@"),
  };

  test.each(Object.entries(forms))("knows %s by its form, wherever it is", (what, text) => {
    expect(plainSecrets({ list: [`before ${text} after`] })).toEqual([{ path: ["list", "0"], what }]);
  });

  test("knows a password in a URL's query", () => {
    expect(plainSecrets({ url: "postgres://db/berth?user=ada&password=hunter2" })).toEqual([
      { path: ["url"], what: "a URL with a password" },
    ]);
  });

  test.each([
    ...["DB_PASSWORD", "password", "apiToken", "client-secret", "SMTP_PASSWD", "AWS_SECRET_ACCESS_KEY", "apiKey"],
    ...["private.key", "github_token", "STRIPE_SECRET_KEY"],
  ])("takes a literal value of %s for a secret", (name) => {
    expect(plainSecrets({ [name]: "hunter2hunter2" })).toEqual([{ path: [name], what: "a literal value" }]);
  });

  test.each([
    ...["TOKEN_URL", "PASSWORD_FILE", "secretName", "tokenTtl", "passwordPolicy", "SECRETS_PROVIDER", "keyboard"],
    ...["tokens", "monkey", "existingSecretKey", "maxTokens"],
  ])("makes nothing of the name %s", (name) => {
    expect(plainSecrets({ [name]: "hunter2hunter2" })).toEqual([]);
  });

  test.each([
    ...[
      "",
      "true",
      "none",
      "3600",
      "30s",
      "$(PASSWORD)",
      ["$", "{PASSWORD}"].join(""),
      "{{ .Values.password }}",
      "<password>",
      "****",
    ],
    ...["/run/secrets/db", "arn:aws:secretsmanager:eu-central-1:1:secret:x", "vault://berth/db", "grafana-admin"],
  ])("takes %j for where a secret is, or for none", (value) => {
    expect(plainSecrets({ password: value })).toEqual([]);
  });

  test.each([
    "postgres://berth:$(PASSWORD)@db/berth",
    "https://example.com/a:b@c",
    "https://ada@example.com",
    "sqs://queue:8080/x@y",
    "user@example.com: hello",
    "task_a1B2c3D4e5F6g7H8i9J0",
    "-----BEGIN CERTIFICATE-----",
  ])("makes nothing of the text %j", (text) => {
    expect(plainSecrets({ text })).toEqual([]);
  });

  test("reads a long text in no time, whatever is in it", () => {
    const text = "a-b.".repeat(50_000);
    const began = performance.now();
    expect(plainSecrets({ text, "long.yaml": `${text}: ${text}\n${text}` })).toEqual([]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("never gives the secret itself", () => {
    const found = JSON.stringify(plainSecrets({ password: "hunter2hunter2", url: forms["a URL with a password"] }));
    expect(found).not.toContain("hunter2");
  });
});

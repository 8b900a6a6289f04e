import { describe, expect, test } from "vitest";
import { UserError } from "../../components/core/errors.ts";
import { parseConfig } from "../../provisioner/config.ts";
import { renderConfiguration } from "../../provisioner/config-docs.ts";
import { variables } from "../../provisioner/config-variables.ts";
import { workspaceSettings } from "../../provisioner/settings.ts";

const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const otherSecret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

/** What the parser complains of. */
function mistakes(env: Record<string, string>) {
  try {
    parseConfig(env, "/checkout");
  } catch (error) {
    if (error instanceof UserError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("a configuration", () => {
  test("is complete when nothing is set", () => {
    expect(parseConfig({}, "/checkout")).toEqual({
      roles: { api: true, engine: true },
      http: {
        host: "127.0.0.1",
        port: 8080,
        corsOrigins: [],
        trustedProxies: [],
        requestsPerMinute: 1200,
        bodyBytes: 65_536,
      },
      privateListener: null,
      metricsListener: null,
      workspaces: {
        baseDomain: "workspace.localhost",
        scheme: "https",
        maxPerOwner: 5,
        images: {},
        storageClass: "berth-workspace",
        priorityClass: "berth-workspace",
        denyEgress: [],
        routerAddresses: [],
      },
      router: {
        loginUrl: null,
        productOrigins: [],
        sessions: { idleSeconds: 86_400, mostSeconds: 30 * 86_400 },
        bodyBytes: 1024 * 1_048_576,
        clusterDomain: "cluster.local",
        clusterDns: [],
      },
      costs: { hoursPerMonth: 730 },
      budgets: {},
      signup: { secrets: [], blueprint: "home" },
      compat: { holdSeconds: 60 },
      state: "/checkout/.berth",
      databaseRoles: false,
      cluster: { installation: "local" },
      engine: {
        concurrency: 4,
        idleWorkers: 2,
        operationSeconds: 600,
        readySeconds: 300,
        pulumiHome: "/checkout/.berth/pulumi-home",
        backendUrl: "file:///checkout/.berth/pulumi",
        secretsProvider: "passphrase",
      },
      shutdownSeconds: 30,
      logLevel: "info",
    });
  });

  test("takes what is set", () => {
    const config = parseConfig({
      BERTH_HOST: "::",
      BERTH_PORT: "80",
      BERTH_PRIVATE_PORT: "9000",
      BERTH_PRIVATE_HOST: "10.0.0.5",
      BERTH_METRICS_PORT: "9100",
      BERTH_CORS_ORIGINS: "https://app.example.com, http://localhost:5173",
      BERTH_TRUSTED_PROXIES: "10.0.0.0/8,2001:db8::1",
      BERTH_WEBHOOK_SECRETS: `${secret},${otherSecret}`,
      BERTH_IMAGES: "desktop=registry.example.com:5000/desktop:2",
      BERTH_ROLES: "api",
      DATABASE_URL: "postgres://berth:pa%40ss@db:5432/berth",
      BERTH_STATE: "/var/lib/berth",
      PATH: "/bin",
      HOME: "/root",
    });
    expect(config.roles).toEqual({ api: true, engine: false });
    expect(config.privateListener).toEqual({ host: "10.0.0.5", port: 9000 });
    expect(config.metricsListener).toEqual({ host: "127.0.0.1", port: 9100 });
    expect(config.http.corsOrigins).toEqual(["https://app.example.com", "http://localhost:5173"]);
    expect(config.http.trustedProxies).toEqual(["10.0.0.0/8", "2001:db8::1"]);
    expect(config.signup.secrets).toEqual([secret, otherSecret]);
    expect(config.workspaces.images).toEqual({ desktop: "registry.example.com:5000/desktop:2" });
    expect(config.engine.backendUrl).toBe("file:///var/lib/berth/pulumi");
  });

  test("takes a database whose password is kept elsewhere", () => {
    const DATABASE_URL = "postgres://berth@db:5432/berth?sslmode=verify-full&sslrootcert=/ca.pem";
    const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-0a1b2c3d-AbCdEf";
    expect(parseConfig({ DATABASE_URL }).databasePassword).toBeUndefined();
    expect(parseConfig({ DATABASE_URL, BERTH_DATABASE_PASSWORD_FILE: "/run/password" }).databasePassword).toEqual({
      kind: "file",
      path: "/run/password",
    });
    expect(parseConfig({ DATABASE_URL, BERTH_DATABASE_SECRET: arn }).databasePassword).toEqual({
      kind: "aws-secret",
      arn,
    });
  });

  test("takes a database on RDS to which it logs in by IAM", () => {
    const tail = "berth?sslmode=verify-full&sslrootcert=/ca.pem";
    const given = (at: string) =>
      parseConfig({ DATABASE_URL: `postgres://${at}/${tail}`, BERTH_DATABASE_IAM_REGION: "eu-central-1" })
        .databasePassword;
    const expected = { kind: "aws-iam", region: "eu-central-1", host: "db.example.com", port: 5432, user: "berth_api" };
    expect(given("berth_api@db.example.com")).toEqual(expected);
    expect(given("berth%5Fapi@db.example.com:6432")).toEqual({ ...expected, port: 6432 });
  });

  test("makes the programs' roles when asked to, and only then", () => {
    expect(parseConfig({}).databaseRoles).toBe(false);
    expect(parseConfig({ BERTH_DATABASE_ROLES: "make" }).databaseRoles).toBe(true);
  });

  test("needs no passphrase for state whose secrets a key of AWS encrypts", () => {
    const key = "awskms:///arn:aws:kms:eu-central-1:123456789012:key/1234abcd?region=eu-central-1";
    const { engine } = parseConfig({ PULUMI_BACKEND_URL: "s3://state", BERTH_PULUMI_SECRETS_PROVIDER: key });
    expect([engine.secretsProvider, engine.passphrase]).toEqual([key, undefined]);
  });

  test("takes what workspaces cost and may cost", () => {
    const spot = {
      BERTH_PRICE_REGION: "eu-central-1",
      BERTH_PRICE_INSTANCE_TYPE: "m7i.4xlarge",
      BERTH_PRICE_CAPACITY: "spot",
      BERTH_PRICE_SPOT_DISCOUNT: "0.55",
      BERTH_PRICE_HOURS: "160",
      BERTH_PRICE_NODE_DISK: "200",
      BERTH_PRICE_BACKUP_DAYS: "0",
      BERTH_WORKSPACE_BUDGET: "49.90",
      BERTH_OWNER_BUDGET: "100",
    };
    const config = parseConfig(spot);
    const costs = {
      context: {
        ...{ region: "eu-central-1", instanceType: "m7i.4xlarge", capacity: "spot", spotDiscount: 0.55 },
        ...{ nodeDiskGb: 200, backupDays: 0 },
      },
      hoursPerMonth: 160,
    };
    const budgets = { workspaceMonthlyUsd: 49.9, ownerMonthlyUsd: 100 };
    expect({ costs: config.costs, budgets: config.budgets }).toEqual({ costs, budgets });
    expect(workspaceSettings(config)).toMatchObject({ costs, budgets });
  });

  test("counts an empty variable as not set", () => {
    expect(parseConfig({ BERTH_PORT: "", DATABASE_URL: "" }, "/c")).toEqual(parseConfig({}, "/c"));
  });

  test("keeps as many workers ready as may run, when only that is said", () => {
    expect(parseConfig({ BERTH_CONCURRENCY: "1" }).engine.idleWorkers).toBe(1);
  });
});

describe("a wrong configuration", () => {
  const verified = "postgres://berth_api@db/berth?sslmode=verify-full&sslrootcert=/ca.pem";
  const wrong: readonly { option: string; value: string; more?: Record<string, string> }[] = [
    { option: "BERTH_PORT", value: "eighty" },
    { option: "BERTH_PORT", value: "65536" },
    { option: "BERTH_PORT", value: "-1" },
    { option: "BERTH_PORT", value: "80.5" },
    { option: "BERTH_PORT", value: "0x50" },
    { option: "BERTH_PORT", value: " 80" },
    { option: "BERTH_HOST", value: "http://localhost" },
    { option: "BERTH_CORS_ORIGINS", value: "*" },
    { option: "BERTH_CORS_ORIGINS", value: "https://app.example.com/" },
    { option: "BERTH_CORS_ORIGINS", value: "app.example.com" },
    { option: "BERTH_CORS_ORIGINS", value: "https://app.example.com,," },
    { option: "BERTH_TRUSTED_PROXIES", value: "10.0.0.0/33" },
    { option: "BERTH_TRUSTED_PROXIES", value: "proxy.example.com" },
    { option: "BERTH_RATE_LIMIT", value: "0" },
    { option: "BERTH_BODY_LIMIT", value: "64k" },
    { option: "BERTH_BASE_DOMAIN", value: "Workspace.Example.com" },
    { option: "BERTH_BASE_DOMAIN", value: "*.example.com" },
    { option: "BERTH_BASE_DOMAIN", value: "10.0.0.1" },
    { option: "BERTH_BASE_DOMAIN", value: "localhost" },
    { option: "BERTH_WORKSPACE_SCHEME", value: "ftp" },
    { option: "BERTH_MAX_WORKSPACES_PER_OWNER", value: "many" },
    { option: "BERTH_PRICE_REGION", value: "eu-nowhere-1" },
    { option: "BERTH_PRICE_INSTANCE_TYPE", value: "t3.gigantic" },
    { option: "BERTH_PRICE_INSTANCE_TYPE", value: "m5zn.large", more: { BERTH_PRICE_REGION: "us-east-1" } },
    { option: "BERTH_PRICE_CAPACITY", value: "reserved" },
    { option: "BERTH_PRICE_CAPACITY", value: "spot" },
    { option: "BERTH_PRICE_SPOT_DISCOUNT", value: "1" },
    { option: "BERTH_PRICE_SPOT_DISCOUNT", value: "55" },
    {
      option: "BERTH_PRICE_SPOT_DISCOUNT",
      value: "0.5",
      more: { BERTH_PRICE_REGION: "us-east-1", BERTH_PRICE_INSTANCE_TYPE: "m7i.large" },
    },
    { option: "BERTH_PRICE_HOURS", value: "0" },
    { option: "BERTH_PRICE_HOURS", value: "745" },
    { option: "BERTH_PRICE_NODE_DISK", value: "100Gi" },
    { option: "BERTH_PRICE_BACKUP_DAYS", value: "-1" },
    { option: "BERTH_WORKSPACE_BUDGET", value: "$50" },
    { option: "BERTH_WORKSPACE_BUDGET", value: "0" },
    { option: "BERTH_WORKSPACE_BUDGET", value: "49.999" },
    { option: "BERTH_OWNER_BUDGET", value: "2000000" },
    { option: "BERTH_IMAGES", value: "registry.example.com/desktop:2" },
    { option: "BERTH_IMAGES", value: "laptop=image:1" },
    { option: "BERTH_DENY_EGRESS", value: "203.0.113.10/99" },
    { option: "BERTH_ROUTER_ADDRESSES", value: "10.89.0.1/33" },
    { option: "BERTH_SIGNUP_BLUEPRINT", value: "laptop" },
    { option: "BERTH_COMPAT_HOLD_SECONDS", value: "301" },
    { option: "BERTH_INSTALLATION", value: "My Berth" },
    { option: "BERTH_ROLES", value: "api,router" },
    { option: "BERTH_CONCURRENCY", value: "0" },
    { option: "BERTH_IDLE_WORKERS", value: "5", more: { BERTH_CONCURRENCY: "4" } },
    { option: "BERTH_OPERATION_DEADLINE", value: "1" },
    { option: "PULUMI_BACKEND_URL", value: "ftp://state" },
    { option: "BERTH_PULUMI_SECRETS_PROVIDER", value: "gcpkms://projects/p" },
    { option: "BERTH_PULUMI_SECRETS_PROVIDER", value: "awskms://" },
    { option: "BERTH_PULUMI_SECRETS_PROVIDER", value: "alias/berth" },
    { option: "BERTH_DATABASE_SECRET", value: "berth-database", more: { DATABASE_URL: "postgres://berth@db/berth" } },
    { option: "BERTH_DATABASE_PASSWORD_FILE", value: "/run/password" },
    {
      option: "BERTH_DATABASE_PASSWORD_FILE",
      value: "/run/password",
      more: { DATABASE_URL: "postgres://berth:hush@db/berth" },
    },
    {
      option: "BERTH_DATABASE_SECRET",
      value: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:berth-AbCdEf",
      more: { DATABASE_URL: "postgres://berth@db/berth", BERTH_DATABASE_PASSWORD_FILE: "/run/password" },
    },
    { option: "BERTH_DATABASE_IAM_REGION", value: "eu-central-1" },
    { option: "BERTH_DATABASE_IAM_REGION", value: "Frankfurt", more: { DATABASE_URL: verified } },
    { option: "BERTH_DATABASE_ROLES", value: "yes" },
    ...[
      "postgres://berth_api:hush@db/berth?sslmode=verify-full",
      "postgres://db/berth?sslmode=verify-full",
      "postgres://berth_api@db/berth",
      "postgres://berth_api@db/berth?sslmode=require",
      "postgres://berth_api@db/berth?sslmode=verify-full&sslmode=no-verify",
      "postgres://berth_api@db/berth?sslmode=verify-full&host=elsewhere",
      "postgres://berth_api@db/berth?sslmode=verify-full&user=postgres",
      "postgres://berth_api@db/berth?sslmode=verify-full&ssl=0",
    ].map((DATABASE_URL) => ({ option: "BERTH_DATABASE_IAM_REGION", value: "eu-central-1", more: { DATABASE_URL } })),
    {
      option: "BERTH_DATABASE_IAM_REGION",
      value: "eu-central-1",
      more: { DATABASE_URL: verified, BERTH_DATABASE_PASSWORD_FILE: "/run/password" },
    },
    { option: "BERTH_LOG_LEVEL", value: "loud" },
    { option: "BERTH_PRIVATE_HOST", value: "10.0.0.5" },
    { option: "BERTH_PRIVATE_PORT", value: "8080" },
    { option: "BERTH_METRICS_PORT", value: "9000", more: { BERTH_PRIVATE_PORT: "9000" } },
  ];
  test.each(wrong)(
    "$option=$value is refused with the variable, the value and what to write",
    ({ option, value, more }) => {
      expect(mistakes({ ...more, [option]: value })).toEqual([{ option, value, fix: expect.stringMatching(/.{10,}/) }]);
    },
  );

  const secrets: readonly (readonly [name: string, value: string])[] = [
    ["BERTH_ADMIN_TOKEN", "short-but-secret"],
    ["BERTH_WEBHOOK_SECRETS", "whsec_dG9vc2hvcnQ="],
    ["BERTH_WEBHOOK_SECRETS", `${secret},sk_live_notawebhooksecret`],
    ["BERTH_PULUMI_PASSPHRASE", "hunter2"],
    ["DATABASE_URL", "mysql://root:hunter2@db/berth"],
  ];
  test.each(secrets)("%s is refused without showing it", (option, value) => {
    expect(mistakes({ [option]: value })).toEqual([{ option, value: "(hidden)", fix: expect.any(String) }]);
    expect(() => parseConfig({ [option]: value })).not.toThrow(
      expect.objectContaining({ message: expect.stringContaining(value) }),
    );
  });

  test("is refused as a whole: every wrong variable at once", () => {
    const options = mistakes({ BERTH_PORT: "x", BERTH_LOG_LEVEL: "loud", BERTH_ROLES: "", BERTH_RATE_LIMIT: "-3" }).map(
      ({ option }) => option,
    );
    expect(options).toEqual(["BERTH_PORT", "BERTH_RATE_LIMIT", "BERTH_LOG_LEVEL"]);
  });

  test("names the variable that was meant when one is misspelt", () => {
    expect(mistakes({ BERTH_PROT: "80" })).toEqual([
      { option: "BERTH_PROT", value: "(set)", fix: "There is no such variable: did you mean BERTH_PORT?" },
    ]);
  });

  test("lets workspaces run on the nodes of a pool", () => {
    const { placement } = workspaceSettings(parseConfig({ BERTH_NODE_POOL: "workspaces" }, "/checkout"));
    expect(placement).toEqual({
      storageClassName: "berth-workspace",
      priorityClassName: "berth-workspace",
      denyEgress: [],
      origin: { scheme: "https" },
      nodeSelector: { "berth.dev/pool": "workspaces" },
      tolerations: [{ key: "berth.dev/pool", operator: "Equal", value: "workspaces", effect: "NoSchedule" }],
    });
  });

  test("tells workspaces how browsers reach them", () => {
    const config = parseConfig({ BERTH_WORKSPACE_SCHEME: "http", BERTH_WORKSPACE_PORT: "8081" }, "/checkout");
    expect(workspaceSettings(config)).toMatchObject({
      ...{ scheme: "http", port: 8081 },
      placement: { origin: { scheme: "http", port: 8081 } },
    });
  });

  test.each([
    ["BERTH_LOGIN_URL", "https://app.example.com/login#here"],
    ["BERTH_LOGIN_URL", "javascript:alert(1)"],
    ["BERTH_PRODUCT_ORIGINS", "https://app.example.com/,https://b.example.com"],
    ["BERTH_PRODUCT_ORIGINS", "*"],
    ["BERTH_CLUSTER_DNS", "dns.example.com"],
    ["BERTH_CLUSTER_DNS", "10.0.0.10:0"],
    ["BERTH_CLUSTER_DNS", "[10.0.0.10]:53"],
    ["BERTH_SESSION_IDLE_HOURS", "0"],
    ["BERTH_UPLOAD_LIMIT", "1.5"],
    ["BERTH_API_HOST", "api"],
  ])("names a router's variable that is wrong: %s=%s", (option, value) => {
    expect(mistakes({ [option]: value })).toMatchObject([{ option, value }]);
  });

  test("asks for sessions that end by themselves before they end in any case", () => {
    expect(mistakes({ BERTH_SESSION_IDLE_HOURS: "48", BERTH_SESSION_DAYS: "1" })).toEqual([
      { option: "BERTH_SESSION_IDLE_HOURS", value: "48", fix: "Write at most 24: BERTH_SESSION_DAYS in hours." },
    ]);
  });

  test.each(["10.96.0.10", "127.0.0.1:5353", "[::1]:5353", "::1", "10.0.0.1, 10.0.0.2:53"])(
    "takes %s as the cluster's DNS",
    (value) => {
      expect(mistakes({ BERTH_CLUSTER_DNS: value })).toEqual([]);
    },
  );

  test("lets other programs' variables be", () => {
    expect(mistakes({ BERTH_CACHE: "/cache", BERTHA: "x", PORT: "y" })).toEqual([]);
  });

  test("asks for a database when processes share the roles", () => {
    expect(mistakes({ BERTH_ROLES: "engine" })).toEqual([
      { option: "DATABASE_URL", value: undefined, fix: expect.stringContaining("Postgres") },
    ]);
  });

  test("asks for the region of an instance type, and for the type of a region's nodes", () => {
    expect(mistakes({ BERTH_PRICE_INSTANCE_TYPE: "m7i.large" })).toEqual([
      {
        option: "BERTH_PRICE_REGION",
        value: undefined,
        fix: "BERTH_PRICE_INSTANCE_TYPE has a price in some region only: name it.",
      },
    ]);
    expect(mistakes({ BERTH_PRICE_REGION: "us-east-1" })).toEqual([
      {
        option: "BERTH_PRICE_INSTANCE_TYPE",
        value: undefined,
        fix: "BERTH_PRICE_REGION is set: say of which type.",
      },
    ]);
  });

  test("asks for a passphrase when the state is elsewhere", () => {
    expect(mistakes({ PULUMI_BACKEND_URL: "s3://state" }).map(({ option }) => option)).toEqual([
      "BERTH_PULUMI_PASSPHRASE",
    ]);
  });
});

describe("the reference of the configuration", () => {
  test("is what the schema says", async () => {
    await expect(renderConfiguration()).toMatchFileSnapshot("../../docs/configuration.md");
  });

  test("names every variable", () => {
    for (const name of Object.keys(variables)) expect(renderConfiguration()).toContain(`\`${name}\``);
  });
});

import { describe, expect, test } from "vitest";
import { UserError } from "../../components/core/errors.ts";
import { parseConfig } from "../../provisioner/config.ts";
import { renderConfiguration } from "../../provisioner/config-docs.ts";
import { variables } from "../../provisioner/config-variables.ts";

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
      },
      signup: { secrets: [], blueprint: "home" },
      compat: { holdSeconds: 60 },
      state: "/checkout/.berth",
      cluster: { installation: "local" },
      engine: {
        concurrency: 4,
        idleWorkers: 2,
        operationSeconds: 600,
        readySeconds: 300,
        pulumiHome: "/checkout/.berth/pulumi-home",
        backendUrl: "file:///checkout/.berth/pulumi",
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

  test("counts an empty variable as not set", () => {
    expect(parseConfig({ BERTH_PORT: "", DATABASE_URL: "" }, "/c")).toEqual(parseConfig({}, "/c"));
  });

  test("keeps as many workers ready as may run, when only that is said", () => {
    expect(parseConfig({ BERTH_CONCURRENCY: "1" }).engine.idleWorkers).toBe(1);
  });
});

describe("a wrong configuration", () => {
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
    { option: "BERTH_IMAGES", value: "registry.example.com/desktop:2" },
    { option: "BERTH_IMAGES", value: "laptop=image:1" },
    { option: "BERTH_DENY_EGRESS", value: "203.0.113.10/99" },
    { option: "BERTH_SIGNUP_BLUEPRINT", value: "laptop" },
    { option: "BERTH_COMPAT_HOLD_SECONDS", value: "301" },
    { option: "BERTH_INSTALLATION", value: "My Berth" },
    { option: "BERTH_ROLES", value: "api,router" },
    { option: "BERTH_CONCURRENCY", value: "0" },
    { option: "BERTH_IDLE_WORKERS", value: "5", more: { BERTH_CONCURRENCY: "4" } },
    { option: "BERTH_OPERATION_DEADLINE", value: "1" },
    { option: "PULUMI_BACKEND_URL", value: "ftp://state" },
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

  test("lets other programs' variables be", () => {
    expect(mistakes({ BERTH_CACHE: "/cache", BERTHA: "x", PORT: "y" })).toEqual([]);
  });

  test("asks for a database when processes share the roles", () => {
    expect(mistakes({ BERTH_ROLES: "engine" })).toEqual([
      { option: "DATABASE_URL", value: undefined, fix: expect.stringContaining("Postgres") },
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

import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { CostContext } from "../../../components/core/cost/workspace.ts";
import { UserError } from "../../../components/core/errors.ts";
import { parseFoundationSpec } from "../../../components/platform/spec.ts";
import { entries } from "../../../components/provisioner/manifests/programs.ts";
import {
  checkCostContext,
  checksumOf,
  checkWorkspaceImages,
  planProvisioner,
  type Surroundings,
} from "../../../components/provisioner/plan.ts";
import { type ProvisionerSpecInput, parseProvisionerSpec } from "../../../components/provisioner/spec.ts";
import { parseConfig } from "../../../provisioner/config.ts";

const foundation = parseFoundationSpec({ installation: "prod", storage: { provisioner: "ebs.csi.aws.com" } });
const least: ProvisionerSpecInput = {
  workspaceDomain: "ws.example.com",
  network: { vpc: "10.20.0.0/16", edgeNamespaces: ["traefik"] },
};
const surroundings: Surroundings = {
  database: {
    host: "berth.abc.eu-central-1.rds.amazonaws.com",
    port: 5432,
    name: "berth",
    region: "eu-central-1",
    master: {
      user: "berth_master",
      secretArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf",
    },
    mountedAuthorities: false,
  },
  state: {
    backendUrl: "s3://berth-state?region=eu-central-1&awssdk=v2",
    secretsProvider: "awskms:///arn:aws:kms:eu-central-1:123456789012:key/1234?region=eu-central-1",
  },
  workspaceImages: { home: "registry.example.com/home@sha256:22", desktop: "registry.example.com/desktop@sha256:11" },
};

const planOf = (spec: Partial<ProvisionerSpecInput> = {}, mountAuthorities = false) =>
  planProvisioner(parseProvisionerSpec({ ...least, ...spec }), foundation, mountAuthorities);

/** What each program would make of its environment. */
function configOf(program: "api" | "router" | "engine" | "migrate", spec: Partial<ProvisionerSpecInput> = {}) {
  const environment = planOf(spec).environments(surroundings)[program];
  const secrets = {
    BERTH_ADMIN_TOKEN: "a".repeat(32),
    BERTH_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(24, 7).toString("base64")}`,
  };
  return parseConfig({ ...environment, ...(program === "api" ? secrets : {}) }, "/berth");
}

const host = "berth.abc.eu-central-1.rds.amazonaws.com";
const urlOf = (user: string) =>
  `postgres://${user}@${host}:5432/berth?sslmode=verify-full&sslrootcert=/opt/berth/rds-global-bundle.pem`;
/** What a program knows of the database: its own role, and that IAM lets it in. */
const databaseOf = (program: "api" | "router" | "engine") => ({
  databaseUrl: urlOf(`berth_${program}`),
  databasePassword: { kind: "aws-iam", region: "eu-central-1", host, port: 5432, user: `berth_${program}` },
  databaseRoles: false,
});
const workspaces = {
  baseDomain: "ws.example.com",
  scheme: "https",
  maxPerOwner: 5,
  images: { desktop: "registry.example.com/desktop@sha256:11", home: "registry.example.com/home@sha256:22" },
  storageClass: "berth-workspace",
  priorityClass: "berth-workspace",
  nodePool: "workspaces",
  denyEgress: [],
  routerAddresses: [],
};

describe("the environment of", () => {
  test("the API is one that the provisioner takes", () => {
    expect(configOf("api", { api: { corsOrigins: ["https://app.example.com"] } })).toEqual({
      ...databaseOf("api"),
      roles: { api: true, engine: false },
      http: {
        host: "0.0.0.0",
        port: 8080,
        corsOrigins: ["https://app.example.com"],
        trustedProxies: ["10.20.0.0/16"],
        requestsPerMinute: 1200,
        bodyBytes: 65_536,
        adminToken: "a".repeat(32),
      },
      privateListener: null,
      metricsListener: { host: "0.0.0.0", port: 9090 },
      workspaces,
      router: expect.anything(),
      costs: { hoursPerMonth: 730 },
      budgets: {},
      signup: { secrets: [expect.stringMatching(/^whsec_/)], blueprint: "home" },
      compat: { holdSeconds: 60 },
      state: "/var/lib/berth",
      cluster: { installation: "prod" },
      engine: expect.anything(),
      shutdownSeconds: 60,
      logLevel: "info",
    });
  });

  test("the API knows what workspaces cost and may cost", () => {
    const context: CostContext = {
      ...{ region: "eu-central-1", instanceType: "m7i.2xlarge", capacity: "spot", nodeDiskGb: 120, backupDays: 84 },
    };
    // What is paid for traffic is not estimated: the way that it takes does not matter.
    const costContext: CostContext = { ...context, tunnel: true };
    const costsOf = (spec: Partial<ProvisionerSpecInput>, given: CostContext = costContext) => {
      const { costs, budgets } = parseConfig(planOf(spec).environments({ ...surroundings, costContext: given }).api);
      return { costs, budgets };
    };
    expect(costsOf({})).toEqual({ costs: { context, hoursPerMonth: 730 }, budgets: {} });
    const costs = { hoursPerMonth: 160, spotDiscount: 0.6 };
    const budget = { workspaceMonthlyUsd: 49.9, ownerMonthlyUsd: 120 };
    expect(costsOf({ costs, budget })).toEqual({
      costs: { context: { ...context, spotDiscount: 0.6 }, hoursPerMonth: 160 },
      budgets: budget,
    });
    const onDemand = { region: "us-east-1", instanceType: "m7i.large", capacity: "on-demand" } as const;
    expect(costsOf({ costs }, onDemand).costs).toEqual({
      context: { ...onDemand, nodeDiskGb: 100, backupDays: 35 },
      hoursPerMonth: 160,
    });
    for (const program of ["engine", "router", "migrate"] as const) {
      const environment = planOf({ budget }).environments({ ...surroundings, costContext })[program];
      expect(Object.keys(environment).filter((name) => /PRICE|BUDGET/.test(name))).toEqual([]);
    }
  });

  test("the engine is told what is set for the policies", () => {
    const policies = { "kubernetes-pod-trust-registry": { registries: ["ghcr.io/acme"] }, all: "advisory" };
    const { engine, ...others } = planOf({ policies }).environments(surroundings);
    expect(JSON.parse(engine.BERTH_POLICIES ?? "")).toEqual(policies);
    expect(Object.values(others).filter((environment) => "BERTH_POLICIES" in environment)).toEqual([]);
    expect(planOf({}).environments(surroundings).engine).not.toHaveProperty("BERTH_POLICIES");
  });

  test("the engine is one that the provisioner takes", () => {
    const config = configOf("engine", { engine: { concurrency: 8, idleWorkers: 1 } });
    expect(config).toMatchObject({
      ...databaseOf("engine"),
      roles: { api: false, engine: true },
      metricsListener: { host: "0.0.0.0", port: 9090 },
      workspaces,
      state: "/var/lib/berth",
      cluster: { installation: "prod" },
    });
    expect(config.engine).toEqual({
      concurrency: 8,
      idleWorkers: 1,
      operationSeconds: 600,
      readySeconds: 300,
      pulumiHome: "/opt/berth/pulumi-home",
      backendUrl: surroundings.state.backendUrl,
      secretsProvider: surroundings.state.secretsProvider,
    });
  });

  test("the router is one that the provisioner takes", () => {
    expect(configOf("router")).toMatchObject({
      ...databaseOf("router"),
      http: { host: "0.0.0.0", port: 8080, trustedProxies: ["10.20.0.0/16"] },
      metricsListener: { host: "0.0.0.0", port: 9090 },
      workspaces: { baseDomain: "ws.example.com", scheme: "https" },
      router: {
        loginUrl: null,
        productOrigins: [],
        sessions: { idleSeconds: 86_400, mostSeconds: 30 * 86_400 },
        bodyBytes: 1024 * 1_048_576,
        clusterDomain: "cluster.local",
        clusterDns: [],
      },
    });
    const told = configOf("router", {
      apiHost: "control.ws.example.com",
      clusterDomain: "cluster.example",
      router: {
        productOrigins: ["https://app.example.com", "https://www.example.com"],
        loginUrl: "https://app.example.com/login?from=berth",
        sessions: { idleHours: 1, days: 2 },
        uploadMiB: 10,
      },
    });
    expect([told.workspaces.apiHost, told.router]).toEqual([
      "control.ws.example.com",
      {
        loginUrl: "https://app.example.com/login?from=berth",
        productOrigins: ["https://app.example.com", "https://www.example.com"],
        sessions: { idleSeconds: 3600, mostSeconds: 2 * 86_400 },
        bodyBytes: 10 * 1_048_576,
        clusterDomain: "cluster.example",
        clusterDns: [],
      },
    ]);
  });

  test("migrations holds the database and no more", () => {
    expect(configOf("migrate")).toMatchObject({
      databaseUrl: urlOf("berth_master"),
      databasePassword: { kind: "aws-secret", arn: surroundings.database.master.secretArn },
      databaseRoles: true,
    });
    expect(Object.keys(planOf().environments(surroundings).migrate).sort()).toEqual([
      "BERTH_DATABASE_ROLES",
      "BERTH_DATABASE_SECRET",
      "BERTH_LOG_LEVEL",
      "BERTH_STATE",
      "DATABASE_URL",
      "HOME",
      "TMPDIR",
    ]);
  });

  test("API and engine says the same of workspaces", () => {
    expect(configOf("engine", { workspaces: { nodePool: false } }).workspaces).not.toHaveProperty("nodePool");
    const spec = {
      workspaces: { maxPerOwner: 3, nodePool: "large", denyEgress: ["203.0.113.10/32"], runtimeClass: "gvisor" },
    };
    const expected = { ...workspaces, ...spec.workspaces };
    expect(configOf("api", spec).workspaces).toEqual(expected);
    expect(configOf("engine", spec).workspaces).toEqual(expected);
  });

  test("any program finds authorities that are mounted", () => {
    const mounted = { ...surroundings, database: { ...surroundings.database, mountedAuthorities: true } };
    for (const environment of Object.values(planOf({}, true).environments(mounted))) {
      expect(environment.DATABASE_URL).toMatch(/sslrootcert=\/etc\/berth\/database\/ca\.pem$/);
    }
    const pod = planOf({}, true).deployment("api", { image: "i", checksum: "c" }).spec.template.spec;
    expect(pod.volumes).toContainEqual({ name: "authorities", configMap: { name: "berth-database-authorities" } });
    expect(pod.containers[0]?.volumeMounts).toContainEqual({
      ...{ name: "authorities", mountPath: "/etc/berth/database", readOnly: true },
    });
  });
});

describe("pods", () => {
  test("run programs that there are", async () => {
    for (const entry of Object.values(entries)) await access(resolve(import.meta.dirname, "../../..", entry));
  });

  const podOf = (service: "api" | "router" | "engine", spec: Partial<ProvisionerSpecInput> = {}) =>
    planOf(spec).deployment(service, { image: "berth@sha256:00", checksum: "0" }).spec;

  test.each(["api", "router", "engine"] as const)("of the %s get longer to end than the process takes", (service) => {
    for (const shutdownSeconds of [5, 60, 3600]) {
      const { template, progressDeadlineSeconds } = podOf(service, { shutdownSeconds });
      // The process ends itself after its deadline and 15 seconds more; the farewell to the edge comes before.
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(5 + shutdownSeconds + 15);
      expect(progressDeadlineSeconds).toBeGreaterThan(template.spec.terminationGracePeriodSeconds);
    }
  });

  test("of the engine alone hold a token of the cluster, and it ends", () => {
    const volumesOf = (service: "api" | "router" | "engine") =>
      podOf(service).template.spec.volumes.map(({ name }) => name);
    expect(volumesOf("api")).toEqual(["state", "temporary"]);
    expect(volumesOf("router")).toEqual(["state", "temporary"]);
    expect(podOf("engine").template.spec.volumes.at(-1)).toEqual({
      name: "account",
      projected: {
        sources: [
          { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          {
            downwardAPI: {
              items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
            },
          },
        ],
      },
    });
  });

  test("answer the kubelet where no path is a workspace's", () => {
    const probesOf = (service: "api" | "router" | "engine") => {
      const [container] = podOf(service).template.spec.containers;
      return [container?.startupProbe, container?.readinessProbe, container?.livenessProbe].map(
        (probe) => probe?.httpGet,
      );
    };
    const at = (port: string) => ["/healthz", "/readyz", "/healthz"].map((path) => ({ path, port }));
    expect([probesOf("api"), probesOf("router"), probesOf("engine")]).toEqual([
      at("http"),
      at("metrics"),
      at("metrics"),
    ]);
  });

  test("are as many as the spec says, unless an autoscaler decides", () => {
    expect(podOf("api", { api: { replicas: 3 } }).replicas).toBe(3);
    const scaled = { api: { replicas: 3, autoscaling: { maxReplicas: 9 } } };
    expect(podOf("api", scaled)).not.toHaveProperty("replicas");
    expect(planOf(scaled).autoscalers).toEqual({
      router: null,
      api: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: expect.objectContaining({ name: "berth-api", namespace: "berth-system" }),
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "berth-api" },
          minReplicas: 3,
          maxReplicas: 9,
          metrics: [
            { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
          ],
        },
      },
    });
  });
});

describe("the walls", () => {
  const { denyAll, api, router, engine, migrate } = planOf({
    network: { vpc: "10.20.0.0/16", database: ["10.20.200.0/24"], edgeNamespaces: ["traefik", "cloudflared"] },
  }).networkPolicies;
  const namespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const fromEdge = {
    from: [namespace("cloudflared"), namespace("traefik")],
    ports: [{ protocol: "TCP", port: 8080 }],
  };
  const fromMetrics = { from: [namespace("berth-monitoring")], ports: [{ protocol: "TCP", port: 9090 }] };

  test("close the namespace", () => {
    expect(denyAll.metadata).toMatchObject({ name: "deny-all", namespace: "berth-system" });
    expect(denyAll.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  test("let in the edge and who reads metrics, and to the engine nobody else", () => {
    expect([api, router, engine, migrate].map(({ spec }) => spec.ingress)).toEqual([
      [fromEdge, fromMetrics],
      [fromEdge, fromMetrics],
      [fromMetrics],
      [],
    ]);
  });

  test("let the programs out to the database and to their credentials", () => {
    for (const { spec } of [api, router, engine, migrate]) {
      const [dns, toDatabase, toPodIdentity] = spec.egress ?? [];
      expect(dns).toMatchObject({ ports: expect.arrayContaining([{ protocol: "UDP", port: 53 }]) });
      expect(toDatabase).toEqual({
        to: [{ ipBlock: { cidr: "10.20.200.0/24" } }],
        ports: [{ protocol: "TCP", port: 5432 }],
      });
      expect(toPodIdentity).toEqual({
        to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
        ports: [{ protocol: "TCP", port: 80 }],
      });
    }
  });

  test("let the engine and the migrations alone out to AWS: who makes a token asks nobody", () => {
    for (const { spec } of [engine, migrate]) {
      const toAws = spec.egress?.[3];
      expect(toAws).toMatchObject({ ports: [{ protocol: "TCP", port: 443 }] });
      // Never to the credentials of the node itself.
      expect(JSON.stringify(toAws)).toContain("169.254.0.0/16");
    }
    expect(JSON.stringify([api, router])).not.toMatch(/0\.0\.0\.0\/0|"port":443/);
  });

  test("let the router alone to workspaces, of this installation only, and the engine alone to the API server", () => {
    expect(api.spec.egress).toHaveLength(3);
    expect(migrate.spec.egress).toHaveLength(4);
    expect(router.spec.egress?.slice(3)).toEqual([
      {
        to: [
          {
            namespaceSelector: {
              matchLabels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/installation": "prod" },
              matchExpressions: [{ key: "berth.dev/workspace", operator: "Exists" }],
            },
            podSelector: { matchExpressions: [{ key: "berth.dev/workspace", operator: "Exists" }] },
          },
        ],
      },
    ]);
    expect(engine.spec.egress?.slice(4)).toEqual([
      expect.objectContaining({ ports: expect.arrayContaining([{ protocol: "TCP", port: 443 }]) }),
    ]);
  });
});

describe("a checksum", () => {
  test("is the same for the same values, and tells others apart", () => {
    expect(checksumOf({ a: "1", b: "2" })).toBe(checksumOf({ b: "2", a: "1" }));
    expect(checksumOf({ a: "1", b: "2" })).not.toBe(checksumOf({ a: "1,b:2" }));
    expect(checksumOf({})).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("a wrong spec", () => {
  const wrong: readonly (readonly [object, string])[] = [
    [
      { workspaceDomain: "*.example.com" },
      'spec.workspaceDomain: found "*.example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com.',
    ],
    [
      { api: { replicas: 1 } },
      "spec.api.replicas: found 1. Write at least 2: with one, each roll-out and each lost node is an outage.",
    ],
    [
      { engine: { concurrency: 2, idleWorkers: 3 } },
      "spec.engine.idleWorkers: found 3. Write at most concurrency, which is 2.",
    ],
    [{ router: { autoscaling: { maxReplicas: 2, replicas: 3 } } }, "spec.router.autoscaling"],
    [
      { network: { vpc: "10.20.0.0/16", edgeNamespaces: [] } },
      "spec.network.edgeNamespaces: found []. Name the namespace of what stands before the API and the router: Traefik's or the tunnel's.",
    ],
    [{ network: undefined }, "spec.network: missing. Write keys with values."],
    [
      { api: { corsOrigins: ["app.example.com"] } },
      'spec.api.corsOrigins[0]: found "app.example.com". Write an origin in full, without a path: "https://app.example.com".',
    ],
    [{ engine: { resources: { memory: "2GB" } } }, "spec.engine.resources.memory"],
    [
      { webhookSecrets: [] },
      "spec.webhookSecrets: found []. There is no such option: take it out or correct its name.",
    ],
  ];
  test.each(wrong)("%j says what to write", (spec, message) => {
    expect(() => parseProvisionerSpec({ ...least, ...spec })).toThrow(message);
    expect(() => parseProvisionerSpec({ ...least, ...spec })).toThrow(UserError);
  });

  test("an image of a blueprint that there is not is named", () => {
    expect(() => checkWorkspaceImages(["home", "laptop"])).toThrow(
      'workspaceImages.laptop: found "laptop". There is no such blueprint: name one of desktop, home, ide, sandbox.',
    );
  });
});

test("nodes without a known price are refused before anything is made", () => {
  const context = { region: "us-east-1", instanceType: "m7i.2xlarge", capacity: "on-demand" } as const;
  expect(() => checkCostContext(context)).not.toThrow();
  expect(() => checkCostContext({ ...context, region: "eu-nowhere-1" })).toThrow(/^region: found "eu-nowhere-1"\./);
  expect(() => checkCostContext({ ...context, instanceType: "m5zn.large" })).toThrow(
    /^costContext\.instanceType: found "m5zn\.large"\. In us-east-1, prices are known for types of .*: name one, or leave/,
  );
});

import { z } from "zod";
import { cidrBlock } from "../core/cidr.ts";
import { dnsLabel, domainName } from "../core/dns-names.ts";
import { defaultNamespaces } from "../core/namespace.ts";
import { parseOrExplain } from "../core/parse.ts";
import type { Pool } from "../core/pools.ts";
import { cpuQuantity, memoryQuantity } from "../core/quantities.ts";
import { blueprints } from "../workspace/blueprints/index.ts";

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text,
    'Write an origin in full, without a path: "https://app.example.com"',
  );

/** What each pod asks for, and what it may take. Memory is what it asks for, so that no node is overcommitted. */
function resources(cpu: string, cpuLimit: string, memory: string) {
  return z
    .strictObject({
      cpu: cpuQuantity.default(cpu).describe("CPUs that each pod is sure of"),
      cpuLimit: cpuQuantity.default(cpuLimit).describe("CPUs that each pod may take"),
      memory: memoryQuantity.default(memory).describe("Memory of each pod"),
    })
    .prefault({})
    .describe("What each pod takes of a node");
}

/** More pods when they are busy. Needs the cluster's metrics-server. */
const autoscaling = z
  .union([
    z.literal(false),
    z.strictObject({
      maxReplicas: z.int().min(3).max(50).describe("Most pods"),
      cpuPercent: z
        .int()
        .min(10)
        .max(200)
        .default(70)
        .describe("Percent of the pods' `cpu`, on average, above which there are more of them"),
    }),
  ])
  .default(false)
  .describe("More pods when they are busy, at least `replicas`; false: always `replicas`");

const replicas = z
  .int()
  .min(2, "Write at least 2: with one, each roll-out and each lost node is an outage")
  .max(50)
  .default(2)
  .describe("Pods, each able to do all the work");

const api = z
  .strictObject({
    replicas,
    autoscaling,
    resources: resources("100m", "1", "384Mi"),
    corsOrigins: z.array(origin).default([]).describe("Origins whose pages may call the API"),
    requestsPerMinute: z.int().min(1).max(1_000_000).default(1200).describe("Requests per minute and token"),
  })
  .describe("What answers the API's requests");

const sessions = z
  .strictObject({
    idleHours: z.int().min(1).max(720).default(24).describe("Hours without a request after which a session ends"),
    days: z.int().min(1).max(365).default(30).describe("Days after which it ends in any case"),
  })
  .refine(({ idleHours, days }) => idleHours <= days * 24, { path: ["idleHours"], message: "Write at most days * 24" })
  .prefault({})
  .describe("How long a browser that was let in stays so");

const router = z
  .strictObject({
    replicas,
    autoscaling,
    resources: resources("100m", "1", "384Mi"),
    productOrigins: z
      .array(
        origin.refine(
          (text) => text.startsWith("https:"),
          'Write an origin with https: its pages act for who is signed in: "https://app.example.com"',
        ),
      )
      .default([])
      .describe(
        "Origins of the product: their pages may show workspaces in frames, open WebSockets to them and call them with the browser's session",
      )
      .meta({ examples: [["https://app.example.com"]] }),
    loginUrl: z
      .string()
      .max(1000)
      .refine(
        (url) => URL.canParse(url) && url.startsWith("https://") && !url.includes("#"),
        'Write a URL with https, and without a fragment: "https://app.example.com/login"',
      )
      .optional()
      .describe(
        "The product's login, to which who has no session is sent with `return`, the address that was asked for; without it they are told that they are not signed in",
      )
      .meta({ examples: ["https://app.example.com/login"] }),
    sessions,
    uploadMiB: z
      .int()
      .min(1)
      .max(1_048_576)
      .default(1024)
      .describe("MiB that the body of one request to a workspace may have"),
  })
  .describe("What stands between browsers and workspaces");

const engine = z
  .strictObject({
    replicas: z
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe("Pods that run operations; leases in the database part the workspaces between them"),
    concurrency: z.int().min(1).max(64).default(4).describe("Operations at once in each pod"),
    idleWorkers: z.int().min(0).max(64).default(2).describe("Workers that each pod keeps ready, some 110 MiB each"),
    operationSeconds: z
      .int()
      .min(10)
      .max(7200)
      .default(600)
      .describe("Seconds after which an operation is killed with all its processes"),
    readySeconds: z
      .int()
      .min(1)
      .max(7200)
      .default(300)
      .describe("Seconds that a workspace may take to answer, to stop, or to be gone"),
    // Eight operations at once took 927 MiB in all with the plugin of our own (docs/benchmarks.md); the official one,
    // of which each operation has its own too, takes more.
    resources: resources("500m", "2", "2Gi"),
  })
  .superRefine(({ concurrency, idleWorkers }, context) => {
    if (idleWorkers > concurrency) {
      const message = `Write at most concurrency, which is ${concurrency}`;
      context.addIssue({ code: "custom", path: ["idleWorkers"], message });
    }
  })
  .describe("What runs operations: Pulumi's engine");

const workspaces = z
  .strictObject({
    maxPerOwner: z.int().min(1).max(10_000).default(5).describe("Workspaces that one owner may have at once"),
    nodePool: z
      .union([z.literal(false), dnsLabel])
      .default("workspaces" satisfies Pool)
      .describe("Pool of nodes that workspaces run on; false: any node that takes them"),
    denyEgress: z
      .array(cidrBlock)
      .default([])
      .describe("Public networks that no workspace may reach, such as the API server's; private ones never are"),
    runtimeClass: z.string().min(1).optional().describe("Runtime class of the workspaces' pods, for a sandbox"),
  })
  .describe("What holds for all workspaces");

const network = z
  .strictObject({
    vpc: cidrBlock.describe("Addresses of the VPC, where AWS' private endpoints are"),
    database: z
      .array(cidrBlock)
      .min(1)
      .optional()
      .describe("Addresses of the database's subnets; without them, the whole VPC's"),
    edgeNamespaces: z
      .array(dnsLabel)
      .min(1, "Name the namespace of what stands before the API and the router: Traefik's or the tunnel's")
      .describe("Namespaces whose pods may reach the API and the router: those of the edge"),
    trustedProxies: z
      .array(cidrBlock)
      .optional()
      .describe("Addresses of the edge's pods, whose X-Forwarded-For is believed; without them, the whole VPC's"),
  })
  .describe("Whom the programs may reach, and who may reach them");

const monitoring = z
  .strictObject({
    namespace: dnsLabel.default(defaultNamespaces.monitoring).describe("Namespace whose pods may read the metrics"),
    podMonitors: z
      .boolean()
      .default(false)
      .describe("Whether Prometheus is told of the pods by a PodMonitor, whose definition must be in the cluster"),
  })
  .describe("Who reads the metrics");

const usd = (about: string) =>
  z
    .number()
    .min(0.01)
    .max(1_000_000)
    .multipleOf(0.01, "Write dollars, with cents where you like: 49.9")
    .optional()
    .describe(about);

const costs = z
  .strictObject({
    hoursPerMonth: z
      .int()
      .min(1)
      .max(744)
      .default(730)
      .describe("Hours a month that a workspace is reckoned to be awake; its volume is paid always"),
    spotDiscount: z
      .number()
      .min(0)
      .max(0.99)
      .multipleOf(0.0001, "Write at most four digits: 0.55")
      .optional()
      .describe("Share of the on-demand price that spot nodes save; without it the price table's, by region"),
  })
  .describe("What estimates take for granted");

const budget = z
  .strictObject({
    workspaceMonthlyUsd: usd(
      "US dollars a month that a workspace may cost, by its estimate; without it there is no bound",
    ),
    ownerMonthlyUsd: usd(
      "US dollars a month that all workspaces of one owner may cost together, with the volumes that were kept; without it there is no bound",
    ),
  })
  .describe("What workspaces may cost: one that would cost more is not made")
  .meta({ examples: [{ workspaceMonthlyUsd: 60, ownerMonthlyUsd: 100 }] });

/** The provisioner: API, router and engine. */
export const provisionerSpec = z.strictObject({
  workspaceDomain: domainName
    .max(200)
    .describe("Domain below which every workspace has its host name")
    .meta({ examples: ["ws.example.com"] }),
  apiHost: domainName
    .optional()
    .describe("Host name of the API: no workspace gets it, where it is one of the workspaces' domain")
    .meta({ examples: ["api.example.com"] }),
  clusterDomain: domainName.default("cluster.local").describe("Domain of the cluster's own names, EKS' by default"),
  api: api.prefault({}),
  router: router.prefault({}),
  engine: engine.prefault({}),
  workspaces: workspaces.prefault({}),
  costs: costs.prefault({}),
  budget: budget.prefault({}),
  policies: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "What is set for the policies that every workspace is judged by, by rule: docs/policies.md; the others are as they are",
    )
    .meta({ examples: [{ "kubernetes-pod-trust-registry": { registries: ["registry.example.com/workspaces"] } }] }),
  network,
  monitoring: monitoring.prefault({}),
  signupBlueprint: z
    .enum(Object.keys(blueprints))
    .default("home")
    .describe("Blueprint of the workspace that a new user gets"),
  compatHoldSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(60)
    .describe("Seconds that provision and delete calls of existing systems are held for their outcome"),
  shutdownSeconds: z
    .int()
    .min(5)
    .max(3600)
    .default(60)
    .describe("Seconds that running operations and requests get to end when a pod is told to stop"),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("The least that is logged"),
});
/** What it is once read: every default filled in. */
export type ProvisionerSpec = z.infer<typeof provisionerSpec>;
/** The same as one writes it: what has a default may be left out. */
export type ProvisionerSpecInput = z.input<typeof provisionerSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseProvisionerSpec(spec: unknown): ProvisionerSpec {
  return parseOrExplain(provisionerSpec, spec, "spec");
}

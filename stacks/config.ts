import { z } from "zod";
import { backupSpec } from "../components/backup/spec.ts";
import { certificatesSpec } from "../components/certificates/spec.ts";
import { clusterSpec } from "../components/cluster/spec.ts";
import { dnsLabel } from "../components/core/dns-names.ts";
import { tagsSpec } from "../components/core/tags.ts";
import { databaseSpec } from "../components/database/spec.ts";
import { dnsSpec } from "../components/dns/spec.ts";
import { ingressSpec, loadBalancerSpec } from "../components/ingress/spec.ts";
import { networkSpec } from "../components/network/spec.ts";
import { nodesSpec } from "../components/nodes/spec.ts";
import { autoscalerSpec } from "../components/nodes/spec-autoscaler.ts";
import {
  alarmTopicSpec,
  budgetAlarmSpec,
  databaseAlarmsSpec,
  logShippingSpec,
  monitoringSpec,
} from "../components/observability/spec.ts";
import { storageSpec as localStorageSpec } from "../components/platform/spec.ts";
import { provisionerSpec } from "../components/provisioner/spec.ts";
import { imageReference, registrySpec } from "../components/registry/spec.ts";
import { stateBucketSpec } from "../components/state/spec.ts";
import { storageSpec } from "../components/storage/spec.ts";
import { tunnelSpec } from "../components/tunnel/spec.ts";
import { blueprints } from "../components/workspace/blueprints/index.ts";

const installation = dnsLabel
  .describe("Which Berth this is: two on one cluster never touch each other's objects")
  .meta({ examples: ["local"] });

const cluster = z
  .strictObject({
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Path of a kubeconfig, absolute or from the checkout; without it the environment's KUBECONFIG"),
    context: z.string().min(1).optional().describe("Context in it; without it the current one"),
  })
  .default({})
  .describe("Which cluster to deploy to")
  .meta({ examples: [{ kubeconfig: ".berth/platform/kubeconfig" }] });

/** `Pulumi.local.yaml`: what the program of any cluster's foundation is told. */
export const localConfig = z.strictObject({
  installation,
  cluster,
  storage: localStorageSpec
    .describe("The volumes of workspaces")
    .meta({ examples: [{ provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } }] }),
});
export type LocalConfig = z.infer<typeof localConfig>;

/** `Pulumi.ws-….yaml`: what the program of one workspace is told when it is run by hand. */
export const workspaceConfig = z.strictObject({
  cluster,
  workspace: z
    .record(z.string(), z.unknown())
    .describe("The whole spec of the workspace")
    .meta({ examples: [{ id: "ws-mfrggzdfmztwq2lk", owner: "user_2abc" }] }),
});

const hexId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 32 hexadecimal digits, as Cloudflare shows them on the zone's overview page");

/** Where the platform's DNS zone is kept. */
const zone = z.discriminatedUnion(
  "provider",
  [
    z.strictObject({
      provider: z.literal("cloudflare").describe("A zone at Cloudflare"),
      accountId: hexId.describe("The account's id"),
      zoneId: hexId.describe("The zone's id"),
    }),
    z.strictObject({
      provider: z.literal("route53").describe("A hosted zone at Route53"),
      zoneId: z
        .string()
        .regex(/^Z[A-Z0-9]{5,31}$/, "must be a hosted zone's id: Z and capital letters and digits")
        .describe("The hosted zone's id"),
    }),
  ],
  {
    error: 'must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }',
  },
);

/** The ways in. Both may be there at once, to change from one to the other without a gap; names lead to one. */
const edge = z
  .strictObject({
    serves: z
      .enum(["tunnel", "load-balancer"], "must be tunnel or load-balancer")
      .describe("Which of them the platform's names lead to"),
    tunnel: tunnelSpec.optional().describe("A Cloudflare Tunnel: no open port, no load balancer's price"),
    loadBalancer: loadBalancerSpec.optional().describe("A network load balancer, with TLS ending at Traefik"),
  })
  .check(({ value, issues }) => {
    const key = value.serves === "tunnel" ? "tunnel" : "loadBalancer";
    if (value[key] !== undefined) return;
    const message = `is what edge.serves names: write edge.${key}: {} to have one with its defaults, or let edge.serves name the other`;
    issues.push({ code: "custom", input: undefined, path: [key], message });
  });

const workspaceImages = z
  .partialRecord(z.enum(Object.keys(blueprints)), imageReference())
  .default({})
  .describe(
    "Images by blueprint that are built elsewhere; of others those in `images/` are built, or the blueprint's own is used",
  );

/** Where the images come from. */
const images = z.discriminatedUnion(
  "from",
  [
    z.strictObject({
      from: z.literal("build").describe("Built from `images/` by the Docker engine of who runs `pulumi up`"),
      platform: z.enum(["linux/amd64", "linux/arm64"]).default("linux/amd64").describe("What the nodes run"),
      workspaces: workspaceImages,
    }),
    z.strictObject({
      from: z.literal("references").describe("Built elsewhere, in CI say"),
      provisioner: imageReference().describe("Image of API, router and engine"),
      workspaces: workspaceImages.describe("Images by blueprint; others are the blueprints' own"),
    }),
  ],
  { error: 'must be { from: "build" }, or { from: "references", provisioner: "…@sha256:…", workspaces: { … } }' },
);

const tagValue = z
  .string()
  .regex(/^[\w .:/=+@-]{1,128}$/, "must be 1 to 128 letters, digits, blanks or one of . : / = + @ - _");

const accountFix = 'must be the twelve digits of an account, in quotes: "111122223333"';

/** `Pulumi.dev.yaml`, `Pulumi.prod.yaml`, and those of further platforms. */
export const platformConfig = z.strictObject({
  installation: installation
    .max(20, "must be at most 20 characters: names in AWS are made of it")
    .regex(/^(?!.*--)/, "must not have two hyphens in a row: RDS and ECR take no such names")
    .meta({ examples: ["dev"] }),
  owner: tagValue
    .describe("The team or person who answers for it: the tag berth.dev/owner on everything")
    .meta({ examples: ["platform-team"] }),
  costCentre: tagValue
    .describe("Who pays: the tag berth.dev/cost-centre on everything")
    .meta({ examples: ["engineering"] }),
  protect: z
    .enum(["yes", "no"], "must be yes or no")
    .default("yes")
    .describe("Whether data, network and cluster refuse to be deleted or replaced; `no` only to tear all of it down"),
  aws: z
    .strictObject({
      region: z
        .string()
        .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region: eu-central-1")
        .describe("Region of everything"),
      account: z
        .string(accountFix)
        .regex(/^\d{12}$/, accountFix)
        .describe("Account that the credentials must be of: with others nothing happens"),
      tags: tagsSpec.default({}).describe("Further tags of everything"),
    })
    .describe("Where in AWS")
    .meta({ examples: [{ region: "eu-central-1", account: "111122223333" }] }),
  network: networkSpec
    .describe("The network")
    .meta({ examples: [{ cidr: "10.20.0.0/16", zones: ["eu-central-1a", "eu-central-1b"], nat: "one" }] }),
  cluster: clusterSpec.describe("The cluster").meta({
    examples: [
      {
        version: "1.35",
        endpoint: { public: true, cidrs: ["203.0.113.7/32"] },
        admins: { deployer: "arn:aws:iam::111122223333:role/deployer" },
      },
    ],
  }),
  nodes: nodesSpec.prefault({}),
  autoscaler: autoscalerSpec.prefault({}),
  storage: storageSpec.prefault({}).describe("Volumes"),
  backup: backupSpec.prefault({}).describe("Backups of workspaces' volumes and the database"),
  database: databaseSpec
    .describe("The provisioner's Postgres")
    .meta({ examples: [{ version: "17", instanceClass: "db.t4g.small" }] }),
  state: stateBucketSpec.prefault({}).describe("The workspaces' Pulumi state"),
  registry: registrySpec.describe("Where images are kept"),
  images: images
    .prefault({ from: "build" })
    .describe("Where images come from")
    .meta({ examples: [{ from: "build" }] }),
  zone: zone.describe("Where the DNS zone is kept").meta({
    examples: [
      {
        provider: "cloudflare",
        accountId: "023e105f4ecef8ad9ca31a8372d0c353",
        zoneId: "9a7806061c88ada191ed06f989cc3dac",
      },
      { provider: "route53", zoneId: "Z0123456789ABCDEFGHIJ" },
    ],
  }),
  dns: dnsSpec.describe("The platform's names").meta({
    examples: [{ zone: "example.com", workspaceDomain: "ws.example.com", apiHost: "api.example.com" }],
  }),
  edge: edge.describe("The ways in").meta({ examples: [{ serves: "tunnel", tunnel: {} }] }),
  ingress: ingressSpec.describe("Traefik, behind the load balancer"),
  certificates: certificatesSpec
    .describe("Certificates of the load balancer's names")
    .meta({ examples: [{ issuer: "staging", email: "platform@example.com" }] }),
  provisioner: provisionerSpec.describe("API, router and engine"),
  adminToken: z
    .string()
    .regex(/^[!-~]{32,512}$/, "must be 32 to 512 printable ASCII characters without blanks")
    .optional()
    .describe("Admin token of the API, set with --secret; without it one is made, once, and kept in the stack's state")
    .meta({ secret: true }),
  webhookSecrets: z
    .array(z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, "must be as the sender shows it: whsec_ and base64"))
    .max(2, "must be one, or two while one is being replaced")
    .default([])
    .describe("Secrets that sign-up events are signed with, set with --secret")
    .meta({ secret: true }),
  alertSecret: z
    .string()
    .min(1)
    .optional()
    .describe("The URL of monitoring.receiver of kind webhook, or the password of kind email, set with --secret")
    .meta({ secret: true }),
  monitoring: monitoringSpec.prefault({}).describe("Figures, dashboards, alerts"),
  logs: logShippingSpec.describe("Logs of the platform's pods"),
  alarms: alarmTopicSpec
    .prefault({})
    .describe("Who is told of what AWS sees")
    .meta({ examples: [{ emails: ["oncall@example.com"] }] }),
  databaseAlarms: databaseAlarmsSpec.prefault({}).describe("When the database is reported"),
  budget: budgetAlarmSpec
    .describe("What all of it may cost")
    .meta({ examples: [{ monthlyUsd: 900, emails: ["platform@example.com"] }] }),
});
export type PlatformConfig = z.infer<typeof platformConfig>;

import { z } from "zod";
import { cidrBlock } from "../core/cidr.ts";
import { dnsLabel } from "../core/dns-names.ts";
import { defaultNamespaces } from "../core/namespace.ts";
import { parseOrExplain } from "../core/parse.ts";
import { cpuQuantity, memoryQuantity } from "../core/quantities.ts";

/**
 * Where Cloudflare's edge answers: the tunnel's own hosts (198.41.192.0/24, 198.41.200.0/24, 2606:4700:a0::/48,
 * 2606:4700:a8::/48) lie in these blocks too.
 * Source: https://www.cloudflare.com/ips/ and
 * https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/configure-tunnels/tunnel-with-firewall/
 */
export const cloudflareNetworks: readonly string[] = [
  ...["173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18"],
  ...["190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13"],
  ...["104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22"],
  ...["2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29"],
  "2c0f:f248::/32",
];

/** A Cloudflare Tunnel and the programs that hold its end in the cluster. */
export const tunnelSpec = z.strictObject({
  accountId: z
    .string()
    .regex(
      /^[0-9a-f]{32}$/,
      "must be a Cloudflare account's id: 32 hexadecimal digits, shown on the zone's overview page",
    )
    .describe("Cloudflare account that the tunnel belongs to")
    .meta({ examples: ["023e105f4ecef8ad9ca31a8372d0c353"] }),
  tunnelName: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,98}[a-z0-9])?$/, "must be 1 to 100 of a-z, 0-9 and '-'")
    .describe("Name of the tunnel, unlike that of any other in the account")
    .meta({ examples: ["berth-dev"] }),
  namespace: dnsLabel.default(defaultNamespaces.tunnel).describe("Namespace of cloudflared, made for it alone"),
  replicas: z
    .int()
    // More than 25 are refused: https://developers.cloudflare.com/cloudflare-one/account-limits/
    .min(1, "must be from 1 to 25")
    .max(25, "must be from 1 to 25")
    .default(2)
    .describe("Pods of cloudflared, each with four connections to Cloudflare; two let one node go without a gap"),
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$/,
      "must name its registry and its digest: docker.io/cloudflare/cloudflared:2026.9.3@sha256:…",
    )
    // The digest is that of the index with the images of all architectures.
    .default(
      "docker.io/cloudflare/cloudflared:2026.9.3@sha256:072c067d25ccbe61d46e18f0d0723255f2bb5304f7317caa95b27031520ff92c",
    )
    .describe("Image of cloudflared by digest; a registry of one's own may mirror it"),
  resources: z
    .strictObject({
      cpu: cpuQuantity.default("100m").describe("CPU that each pod is promised"),
      cpuLimit: cpuQuantity.default("2").describe("CPU that each pod may take"),
      memory: memoryQuantity.default("256Mi").describe("Memory of each pod: promised, and the most"),
    })
    .prefault({})
    .describe("What each pod takes"),
  graceSeconds: z
    .int()
    // cloudflared takes no more than three minutes: connection/connection.go in https://github.com/cloudflare/cloudflared
    .min(1, "must be from 1 to 180")
    .max(180, "must be from 1 to 180")
    .default(60)
    .describe("Seconds that requests under way get when a pod is told to stop; WebSockets are cut then"),
  metricsNamespace: dnsLabel
    .default(defaultNamespaces.monitoring)
    .describe("Namespace whose pods may read the metrics"),
  priorityClass: dnsLabel.optional().describe("Priority class of the pods; without it the cluster's default"),
  cloudflareNetworks: z
    .array(cidrBlock)
    .min(1, "must name at least one block: leave it out for Cloudflare's own")
    .default([...cloudflareNetworks])
    .describe("Where cloudflared may connect to: Cloudflare's published blocks"),
});
/** What it is once read: every default filled in. */
export type TunnelSpec = z.infer<typeof tunnelSpec>;
/** The same as one writes it: what has a default may be left out. */
export type TunnelSpecInput = z.input<typeof tunnelSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseTunnelSpec(spec: unknown): TunnelSpec {
  return parseOrExplain(tunnelSpec, spec, "spec");
}

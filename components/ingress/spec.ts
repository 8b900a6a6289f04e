import { z } from "zod";
import { parseCidr } from "../core/cidr.ts";
import { dnsLabel, domainName } from "../core/dns-names.ts";
import { defaultNamespaces } from "../core/namespace.ts";
import { parseOrExplain } from "../core/parse.ts";
import { tagsSpec } from "../core/tags.ts";
import { keepAliveSeconds } from "./plan-ports.ts";

/** A block of IPv4 addresses, all of them included. */
const ipv4Block = z.string().refine((text) => {
  try {
    return parseCidr(text).family === 4;
  } catch {
    return false;
  }
}, 'must be a block of IPv4 addresses such as "203.0.113.0/24", or "0.0.0.0/0" for all');

function distinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A load balancer before the nodes that run the edge. */
export const loadBalancerSpec = z.strictObject({
  sources: z
    .array(ipv4Block)
    .min(1, 'must name at least one block: "0.0.0.0/0" for all')
    .refine(distinct, "must name each block once")
    .default(["0.0.0.0/0"])
    .describe("Who may connect: blocks of IPv4 addresses")
    .meta({ examples: [["203.0.113.0/24"]] }),
  redirectHttp: z
    .boolean()
    .default(true)
    .describe("Whether port 80 is open too, to send browsers to HTTPS; closed where all names are known to be HTTPS"),
  tcpIdleTimeoutSeconds: z
    .int()
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html: 60 to 6000, 350 by default
    .min(60, "must be from 60 to 6000: AWS takes no other")
    .max(6000, "must be from 60 to 6000: AWS takes no other")
    .refine(
      (seconds) => seconds > keepAliveSeconds,
      `must be above ${keepAliveSeconds}: the edge's keepalives come that often, and quiet WebSockets would be cut before`,
    )
    .default(3600)
    .describe(
      `Seconds after which a connection without a packet is forgotten. The edge sends a keepalive every ${keepAliveSeconds} seconds, so WebSockets live on; this one ends those whose peers are gone`,
    ),
  drainSeconds: z
    .int()
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
    .min(0, "must be from 0 to 3600: AWS takes no other")
    .max(3600, "must be from 0 to 3600: AWS takes no other")
    .default(300)
    .describe("Seconds that open connections get when their node leaves or its edge is restarted"),
  crossZone: z
    .boolean()
    .default(true)
    .describe(
      "Whether each zone's address leads to the edge of all zones: even load, but traffic between zones is billed",
    ),
  deletionProtection: z
    .boolean()
    .default(true)
    .describe("Whether AWS and Pulumi refuse to delete it: DNS points at its name, which never comes back"),
  tags: tagsSpec.default({}).describe("Further tags of the load balancer, its target groups and security group"),
});
/** What it is once read: every default filled in. */
export type LoadBalancerSpec = z.infer<typeof loadBalancerSpec>;
/** The same as one writes it: what has a default may be left out. */
export type LoadBalancerSpecInput = z.input<typeof loadBalancerSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseLoadBalancerSpec(spec: unknown): LoadBalancerSpec {
  return parseOrExplain(loadBalancerSpec, spec, "spec");
}

/** The edge: where TLS ends. */
export const ingressSpec = z
  .strictObject({
    workspaceDomain: domainName
      .describe("Workspaces are at one label below it: <name>.<workspaceDomain>")
      .meta({ examples: ["ws.example.com"] }),
    apiHost: domainName.describe("Host name of the API").meta({ examples: ["api.example.com"] }),
    replicas: z
      .int()
      .min(1, "must be from 1 to 20")
      .max(20, "must be from 1 to 20")
      .default(2)
      .describe("Pods of the edge, spread over nodes and zones; with two, one node may go without a gap"),
    requestSeconds: z
      .int()
      .min(0, "must be from 0 to 86400")
      .max(86_400, "must be from 0 to 86400")
      .default(3600)
      .describe(
        "Seconds that a client may take to send one request, uploads included; WebSockets do not count; 0: ever",
      ),
    drainSeconds: z
      .int()
      .min(0, "must be from 0 to 3600")
      .max(3600, "must be from 0 to 3600")
      .default(300)
      .describe("Seconds that requests and WebSockets get when a pod of the edge is told to stop; then they are cut"),
    trustedProxies: z
      .array(ipv4Block.refine((text) => !text.endsWith("/0"), "must not be everyone: anyone could claim any address"))
      .refine(distinct, "must name each block once")
      .default([])
      .describe("Blocks of proxies whose X-Forwarded-* headers are believed; by default the peer is the client")
      .meta({ examples: [["173.245.48.0/20"]] }),
    namespace: dnsLabel
      .default(defaultNamespaces.edge)
      .describe("Namespace of the edge and the certificate's key, and no other"),
    metricsNamespace: dnsLabel
      .default(defaultNamespaces.monitoring)
      .describe("Namespace whose pods may read the metrics"),
    // There on every cluster: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
    priorityClass: dnsLabel.default("system-cluster-critical").describe("Priority class of the pods"),
    nodeSelector: z
      .record(z.string(), z.string())
      .default({ "berth.dev/pool": "system" })
      .describe("Labels of the nodes that the pods may run on, which the load balancer leads to; {} for any")
      .meta({ examples: [{}] }),
    clusterDomain: domainName.default("cluster.local").describe("Domain of the cluster's own names, EKS' by default"),
  })
  .superRefine(({ apiHost, workspaceDomain }, context) => {
    if (apiHost !== workspaceDomain) return;
    context.addIssue({
      code: "custom",
      path: ["apiHost"],
      message: `must be another name than workspaceDomain, such as "api.${workspaceDomain}"`,
    });
  });
/** What it is once read: every default filled in. */
export type IngressSpec = z.infer<typeof ingressSpec>;
/** The same as one writes it: what has a default may be left out. */
export type IngressSpecInput = z.input<typeof ingressSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseIngressSpec(spec: unknown): IngressSpec {
  return parseOrExplain(ingressSpec, spec, "spec");
}

import { z } from "zod";
import { dnsLabel } from "../core/dns-names.ts";
import { defaultNamespaces } from "../core/namespace.ts";
import { parseOrExplain } from "../core/parse.ts";

const nameserver = z
  .string()
  .regex(
    /^(https:\/\/[a-z0-9.-]+(:\d+)?\/[\w/.-]+|(\d{1,3}\.){3}\d{1,3}:\d{1,5})$/,
    'must be an address with its port ("1.1.1.1:53") or a resolver over HTTPS ("https://1.1.1.1/dns-query")',
  );

/** Where the edge's certificate comes from. */
export const certificatesSpec = z
  .strictObject({
    issuer: z
      .enum(["staging", "production", "self-signed"], "must be staging, production or self-signed")
      .default("staging")
      .describe(
        "Who signs: Let's Encrypt's staging (browsers refuse it; for trying), its production, or nobody (self-signed: for clusters that no domain leads to)",
      )
      .meta({ examples: ["production"] }),
    email: z
      .email("must be an e-mail address")
      .optional()
      .describe("Where Let's Encrypt reaches who runs the platform; needed unless the issuer is self-signed")
      .meta({ examples: ["platform@example.com"] }),
    replicas: z
      .int()
      .min(1, "must be from 1 to 5")
      .max(5, "must be from 1 to 5")
      .default(1)
      .describe("Pods of each of cert-manager's three programs; with two, one node may go without a gap"),
    recursiveNameservers: z
      .array(nameserver)
      .min(1, "must name at least one resolver: leave it out for Cloudflare's and Google's")
      .default(["1.1.1.1:53", "8.8.8.8:53"])
      .describe(
        "Public resolvers that are asked whether a challenge's record is there. Not the cluster's own: where the zone has a private twin, that one would answer",
      ),
    namespace: dnsLabel
      .default(defaultNamespaces.certificates)
      .describe("Namespace of cert-manager, made for it alone"),
    metricsNamespace: dnsLabel
      .default(defaultNamespaces.monitoring)
      .describe("Namespace whose pods may read the metrics"),
    // There on every cluster: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
    priorityClass: dnsLabel.default("system-cluster-critical").describe("Priority class of the pods"),
    nodeSelector: z
      .record(z.string(), z.string())
      .default({ "berth.dev/pool": "system" })
      .describe("Labels of the nodes that the pods may run on; {} for any")
      .meta({ examples: [{}] }),
  })
  .superRefine((spec, context) => {
    if (spec.issuer === "self-signed" || spec.email !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["email"],
      message: `is needed for the issuer ${spec.issuer}: write the address of who runs the platform, such as "platform@example.com"`,
    });
  });
/** What it is once read: every default filled in. */
export type CertificatesSpec = z.infer<typeof certificatesSpec>;
/** The same as one writes it: what has a default may be left out. */
export type CertificatesSpecInput = z.input<typeof certificatesSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseCertificatesSpec(spec: unknown): CertificatesSpec {
  return parseOrExplain(certificatesSpec, spec, "spec");
}

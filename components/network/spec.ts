import { z } from "zod";
import { cidrContains, parseCidr, privateIpv4 } from "../core/cidr.ts";
import { UserError } from "../core/errors.ts";
import { logRetentionDays } from "../core/log-retention.ts";
import { parseOrExplain } from "../core/parse.ts";
import { isZone, networkPrefixes, parseNetwork, regionOfZone, zoneSlot } from "../core/subnets.ts";

/** AWS' services that can have a way in of their own. */
const endpointNames = [
  ...(["autoscaling", "ec2", "ecr", "eks", "eks-auth", "elasticloadbalancing", "kms", "logs", "s3"] as const),
  ...(["secretsmanager", "sts"] as const),
] as const;
export type Endpoint = (typeof endpointNames)[number];

/**
 * What nodes and the pods of a cluster need where nothing leads to the internet:
 * https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
const neededWithoutNat = ["ec2", "ecr", "eks", "eks-auth", "s3", "sts"] as const satisfies readonly Endpoint[];

const networkCidr = z.string().superRefine((text, context) => {
  const message = problemOfNetwork(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

const zones = z
  .array(z.string().refine(isZone, "Write the whole name of an availability zone: eu-central-1a."))
  .min(2, "Name two or three zones: one alone takes the platform with it when it fails.")
  .max(3, "Name two or three zones: a fourth costs more in traffic between zones than it adds in safety.")
  .superRefine((names, context) => {
    const explain = (index: number, message: string) => context.addIssue({ code: "custom", path: [index], message });
    names.forEach((zone, index) => {
      const [first] = names;
      if (!isZone(zone) || first === undefined || !isZone(first)) return;
      const earlier = names.slice(0, index).find((other) => isZone(other) && zoneSlot(other) === zoneSlot(zone));
      if (earlier === zone) explain(index, "Name each zone once.");
      else if (earlier !== undefined) {
        explain(
          index,
          `Its subnets would have the place of ${earlier}'s (every fifth letter does): choose another zone.`,
        );
      } else if (regionOfZone(zone) !== regionOfZone(first)) {
        explain(index, `All zones must be of one region, as the first is: ${regionOfZone(first)}.`);
      }
    });
  });

const flowLogs = z.union(
  [
    z.literal(false),
    z.strictObject({
      retentionDays: logRetentionDays.default(30).describe("Days that they are kept"),
      traffic: z
        .enum(["all", "rejected"])
        .default("all")
        .describe("Whether all connections are written down, or only those that were refused"),
    }),
  ],
  { error: 'Write false, or what to keep: { "retentionDays": 30 }.' },
);

/** The network of one platform. */
export const networkSpec = z
  .strictObject({
    cidr: networkCidr
      .describe(
        `Addresses of the whole network, a private IPv4 block from /${networkPrefixes.largest} to ` +
          `/${networkPrefixes.smallest}. It is fixed once made, and must not meet any network it is to be joined with`,
      )
      .meta({ examples: ["10.20.0.0/16"] }),
    zones: zones
      .describe(
        "Availability zones, two or three, by their whole names and in any order. A third may come later, if its " +
          "letter comes after the others': begin with a and b. Others cannot be changed: volumes are zonal",
      )
      .meta({ examples: [["eu-central-1a", "eu-central-1b"]] }),
    nat: z
      .enum(["none", "one", "one-per-zone"], { error: 'Write "none", "one" or "one-per-zone".' })
      .default("one")
      .describe(
        "Ways out to the internet for nodes and pods: one NAT gateway (a failed zone takes every way out with it), one " +
          "per zone, or none. Without any, workspaces have no internet, images come from ECR alone, and neither Let's " +
          "Encrypt nor a Cloudflare Tunnel can be reached; nodes then need endpoints",
      ),
    endpoints: z
      .array(z.enum(endpointNames, { error: `Write any of: ${endpointNames.join(", ")}.` }))
      .default(["s3"])
      .describe(
        "AWS services reached within the network. s3 costs nothing and carries every image layer of ECR past the NAT " +
          "gateway; each other costs by the hour and zone",
      )
      .meta({ examples: [["s3", "ecr", "sts"]] }),
    flowLogs: flowLogs
      .default({ retentionDays: 30, traffic: "all" })
      .describe("Who spoke to whom, in CloudWatch; or false")
      .meta({ examples: [{ retentionDays: 30 }, false] }),
    deletionProtection: z
      .boolean()
      .default(true)
      .describe("Whether Pulumi refuses to delete or replace the VPC and its subnets"),
  })
  .superRefine(({ nat, endpoints }, context) => {
    const missing = neededWithoutNat.filter((endpoint) => !endpoints.includes(endpoint));
    if (nat !== "none" || missing.length === 0) return;
    const message =
      `Without a NAT gateway nodes cannot join the cluster, nor pods get images and credentials: add ` +
      `${missing.join(", ")}; or write nat: "one".`;
    context.addIssue({ code: "custom", path: ["endpoints"], message });
  });
/** What it is once read: every default filled in. */
export type NetworkSpec = z.infer<typeof networkSpec>;
/** The same as one writes it: what has a default may be left out. */
export type NetworkSpecInput = z.input<typeof networkSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseNetworkSpec(spec: unknown): NetworkSpec {
  return parseOrExplain(networkSpec, spec, "spec");
}

function problemOfNetwork(text: string): string | null {
  try {
    const network = parseNetwork(text);
    if (privateIpv4.some((range) => cidrContains(parseCidr(range), network))) return null;
    return `Use private addresses, out of ${privateIpv4.join(", ")}: the internet's own would be out of reach.`;
  } catch (error) {
    if (error instanceof UserError) return error.mistakes.map(({ fix }) => fix).join(" ");
    throw error;
  }
}

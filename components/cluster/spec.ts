import { z } from "zod";
import { type Cidr, cidrContains, parseCidr, privateIpv4 } from "../core/cidr.ts";
import { UserError } from "../core/errors.ts";
import { logRetentionDays } from "../core/log-retention.ts";
import { parseOrExplain } from "../core/parse.ts";
import { problemOfVersion } from "./versions.ts";

/** Add-ons that run on every node, and must be there before the first one. */
export const nodeAddons = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"] as const;
/** Add-ons that need nodes to run on. */
export const clusterAddons = ["aws-ebs-csi-driver", "coredns", "metrics-server", "snapshot-controller"] as const;
export type NodeAddon = (typeof nodeAddons)[number];
export type ClusterAddon = (typeof clusterAddons)[number];

/** Logs of the control plane: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

/** Addresses that the internet does not know, so the public endpoint never sees them. */
const privateRanges = privateIpv4.map((text) => parseCidr(text));

const publicCidr = z.string().superRefine(said(problemOfPublicCidr));

const endpoint = z.discriminatedUnion(
  "public",
  [
    z.strictObject({ public: z.literal(false).describe("Nobody from outside the network") }),
    z.strictObject({
      public: z.literal(true).describe("Those named, over the internet"),
      cidrs: z
        .array(publicCidr)
        .min(1, "Name at least one block of addresses that may reach it, or write public: false.")
        // https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
        .max(40, "EKS takes at most 40 blocks of addresses.")
        .describe("Blocks of public addresses that may reach it: of your offices, VPN and CI"),
    }),
  ],
  { error: 'Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } with who may reach it.' },
);

const admins = z
  .record(
    z.string().regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, "must be a-z, 0-9 and '-', at most 40 characters"),
    z.string().superRefine(said(problemOfPrincipal)),
  )
  .superRefine((principals, context) => {
    const entries = Object.entries(principals);
    if (entries.length === 0) {
      context.addIssue({
        code: "custom",
        message: "Name at least who runs pulumi: nobody else can do anything in it.",
      });
    }
    for (const [index, [key, principal]] of entries.entries()) {
      const other = entries.slice(0, index).find(([, earlier]) => earlier === principal);
      if (other === undefined) continue;
      context.addIssue({ code: "custom", path: [key], message: `It is the same as ${other[0]}: name each once.` });
    }
  });

const addonVersion = z
  .string()
  .regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "Write a version of the add-on as EKS has it: v1.21.1-eksbuild.1.");
const addonVersions = z.strictObject(
  Object.fromEntries(
    [...nodeAddons, ...clusterAddons].map((addon) => [addon, addonVersion.optional().describe(`Version of ${addon}`)]),
  ),
);

const serviceCidr = z.string().superRefine(said(problemOfServiceCidr));

/** The cluster of one platform. */
export const clusterSpec = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "must be a-z, 0-9 and '-', from a letter, at most 40 characters")
      .describe("Name of the cluster in AWS, one of its own in account and region. Another name is another cluster")
      .meta({ examples: ["berth-prod"] }),
    version: z
      .string({ error: 'Write the Kubernetes version in quotes: "1.35".' })
      .superRefine(said((version) => problemOfVersion(version, "extended")))
      .describe("Kubernetes version. EKS goes up by one at a time, and back only for a week")
      .meta({ examples: ["1.35"] }),
    upgradePolicy: z
      .enum(["standard", "extended"], { error: 'Write "standard" or "extended".' })
      .default("standard")
      .describe(
        "What EKS does when a version's standard support ends: upgrade the cluster by itself, or keep the version for " +
          "at most a year at $0.60 an hour instead of $0.10",
      ),
    endpoint: endpoint
      .describe(
        "Who reaches the API server. Nodes always do, within the network. Without a public endpoint pulumi must run " +
          "within the network too",
      )
      .meta({ examples: [{ public: true, cidrs: ["203.0.113.7/32"] }, { public: false }] }),
    admins: admins
      .describe(
        "Who may do everything in the cluster: IAM roles or users, by a name of yours. Who runs pulumi must be among " +
          "them, as nobody gets rights by having made it",
      )
      .meta({ examples: [{ deployer: "arn:aws:iam::111122223333:role/deployer" }] }),
    logs: z
      .array(z.enum(logTypes, { error: `Write any of: ${logTypes.join(", ")}.` }))
      .default(["audit", "authenticator"])
      .describe("Logs of the control plane that are kept in CloudWatch, at 50 ¢ per GB; api is the large one"),
    logRetentionDays: logRetentionDays.default(30).describe("Days that they are kept"),
    serviceCidr: serviceCidr
      .default("172.20.0.0/16")
      .describe("Addresses of Services, apart from the network's and those it is joined with. Fixed once made"),
    addonVersions: addonVersions
      .default({})
      .describe(
        "Versions of EKS add-ons. One that is not named gets EKS' default for the cluster's version when it is made, " +
          "and then keeps its own: no two previews differ because AWS has released something. Name them when you " +
          "upgrade the cluster: `aws eks describe-addon-versions --kubernetes-version 1.35`",
      )
      .meta({ examples: [{ "vpc-cni": "v1.21.1-eksbuild.1" }] }),
    deletionProtection: z
      .boolean()
      .default(true)
      .describe("Whether AWS and Pulumi refuse to delete or replace the cluster and the key of its secrets"),
  })
  .superRefine(({ version, upgradePolicy }, context) => {
    // One that there is no support for at all is told already, whatever else is wrong.
    if (problemOfVersion(version, "extended") !== null) return;
    const message = problemOfVersion(version, upgradePolicy);
    if (message !== null) context.addIssue({ code: "custom", path: ["version"], message });
  });
/** What it is once read: every default filled in. */
export type ClusterSpec = z.infer<typeof clusterSpec>;
/** The same as one writes it: what has a default may be left out. */
export type ClusterSpecInput = z.input<typeof clusterSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseClusterSpec(spec: unknown): ClusterSpec {
  return parseOrExplain(clusterSpec, spec, "spec");
}

function problemOfPublicCidr(text: string): string | null {
  return explained(text, (cidr) => {
    // Two halves are the whole as well: nobody has more than a /8.
    if (cidr.family === 4 ? cidr.prefix < 8 : cidr.prefix === 0) {
      return "Everyone in the internet could try to get in: name the addresses of your offices, VPN and CI.";
    }
    if (cidr.family === 6) return "Write IPv4 addresses: the endpoint of an IPv4 cluster has no others.";
    if (privateRanges.some((range) => cidrContains(range, cidr))) {
      return "The internet has no such addresses, so the public endpoint sees none: write those behind which you are.";
    }
    return null;
  });
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html */
function problemOfServiceCidr(text: string): string | null {
  return explained(text, (cidr) => {
    const within = privateRanges.slice(0, 3).some((range) => cidrContains(range, cidr));
    return within && cidr.prefix <= 24 ? null : "Write a block of 10/8, 172.16/12 or 192.168/16, from /12 to /24.";
  });
}

/** A check that says what is wrong with a text; other checks go on. */
function said(problemOf: (text: string) => string | null) {
  return (text: string, context: z.core.$RefinementCtx<string>) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  };
}

function explained(text: string, problem: (cidr: Cidr) => string | null): string | null {
  try {
    return problem(parseCidr(text));
  } catch (error) {
    if (error instanceof UserError) return error.mistakes.map(({ fix }) => fix).join(" ");
    throw error;
  }
}

/** https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
function problemOfPrincipal(arn: string): string | null {
  if (/^arn:aws:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/.test(arn)) return null;
  if (/^arn:aws:sts::\d{12}:assumed-role\//.test(arn)) {
    return "This is a session: write the role it is of, with its path: arn:aws:iam::111122223333:role/deployer.";
  }
  if (/^arn:aws:iam::\d{12}:root$/.test(arn)) {
    return "EKS takes no whole account: write a role or user: arn:aws:iam::111122223333:role/deployer.";
  }
  return "Write the ARN of an IAM role or user: arn:aws:iam::111122223333:role/deployer.";
}

import { z } from "zod";
import { dnsLabel } from "../core/dns-names.ts";
import { parseOrExplain } from "../core/parse.ts";

/** The volumes of workspaces. */
export const storageSpec = z.strictObject({
  provisioner: z
    .string()
    .min(1)
    .describe("The cluster's volume provisioner")
    .meta({ examples: ["ebs.csi.aws.com"] }),
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe("The provisioner's own settings")
    .meta({ examples: [{ type: "gp3", encrypted: "true" }] }),
  volumeBindingMode: z
    .enum(["WaitForFirstConsumer", "Immediate"])
    .default("WaitForFirstConsumer")
    .describe(
      "`WaitForFirstConsumer` makes a volume where its pod will run, as clusters with zones need it; `Immediate` suits " +
        "those where every node reaches every volume",
    ),
  className: dnsLabel
    .optional()
    .describe("Name of the storage class, `<name>-workspace` by default. Workspaces' placement must name the same"),
});

/** What any cluster needs before the first workspace. */
export const foundationSpec = z.strictObject({
  installation: dnsLabel
    .describe("Which Berth this is: its engine may touch only namespaces and volumes with this label")
    .meta({ examples: ["prod"] }),
  storage: storageSpec.describe("The volumes of workspaces"),
  name: dnsLabel
    .max(40)
    .default("berth")
    .describe(
      "What the names of the cluster's objects begin with (`berth-system`, `berth-engine`, …); each installation's own",
    ),
});
/** What it is once read: every default filled in. */
export type FoundationSpec = z.infer<typeof foundationSpec>;
/** The same as one writes it: what has a default may be left out. */
export type FoundationSpecInput = z.input<typeof foundationSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseFoundationSpec(spec: unknown): FoundationSpec {
  return parseOrExplain(foundationSpec, spec, "spec");
}

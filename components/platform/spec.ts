import { z } from "zod";
import { parseOrExplain } from "../core/parse.ts";

const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be one DNS label: a-z, 0-9 and '-', at most 63 characters");

/** The volumes of workspaces. */
export const storageSpec = z.strictObject({
  /** The cluster's volume provisioner, such as `ebs.csi.aws.com`. */
  provisioner: z.string().min(1),
  /** The provisioner's own settings, such as `{ "type": "gp3", "encrypted": "true" }`. */
  parameters: z.record(z.string(), z.string()).default({}),
  /**
   * `WaitForFirstConsumer` makes a volume where its pod will run, as clusters with zones need it; `Immediate` suits
   * those where every node reaches every volume.
   */
  volumeBindingMode: z.enum(["WaitForFirstConsumer", "Immediate"]).default("WaitForFirstConsumer"),
  /** Name of the storage class, `<name>-workspace` by default. Workspaces' placement must name the same. */
  className: dnsLabel.optional(),
});

/** What any cluster needs before the first workspace. */
export const foundationSpec = z.strictObject({
  /** Which Berth this is: its engine may touch only namespaces and volumes with this label. */
  installation: dnsLabel,
  storage: storageSpec,
  /** What the names of the cluster's objects begin with (`berth-system`, `berth-engine`, …); each installation's own. */
  name: dnsLabel.max(40).default("berth"),
});
export type FoundationSpec = z.infer<typeof foundationSpec>;
/** The same as one writes it: what has a default may be left out. */
export type FoundationSpecInput = z.input<typeof foundationSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseFoundationSpec(spec: unknown): FoundationSpec {
  return parseOrExplain(foundationSpec, spec, "spec");
}

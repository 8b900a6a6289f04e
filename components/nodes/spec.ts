import { z } from "zod";
import { capacityOf, type InstanceCapacity } from "../core/instance-types.ts";
import { parseOrExplain } from "../core/parse.ts";

const instanceTypes = z
  .array(
    z
      .string()
      .refine(
        (type) => capacityOf(type) !== null,
        'must be a general (m, t), compute (c) or memory (r) type of a present generation, such as "m7i.2xlarge"',
      ),
  )
  // EKS' limit: https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
  .min(1)
  .max(20)
  .superRefine((types, context) => {
    const [first, ...others] = types.map((type) => ({ type, capacity: capacityOf(type) }));
    for (const [index, { type, capacity }] of others.entries()) {
      const message = differenceOf(first, { type, capacity });
      if (message !== null) context.addIssue({ code: "custom", path: [index + 1], message });
    }
    if (new Set(types).size < types.length) context.addIssue({ code: "custom", message: "must be different" });
  })
  .describe(
    "EC2 instance types that a node may have, of one architecture, with as many CPUs and as much memory each; on-demand takes the first that can be had",
  );

const nodeCount = (least: number) => z.int().min(least).max(450);
const diskGiB = z
  .int()
  .min(20)
  .max(16_384)
  .describe("Size of a node's own disk in GiB: system, images, logs and scratch space (gp3, encrypted)");
const podPidsLimit = z
  .int()
  .min(64)
  .max(1_000_000)
  .describe("Processes and threads that one pod may have; a pod beyond it cannot start another");

const counts = {
  min: nodeCount(0).describe("Fewest nodes, over all zones"),
  desired: nodeCount(0).describe("Nodes at the beginning, over all zones; later the autoscaler decides"),
  max: nodeCount(2).describe("Most nodes, over all zones: at least one in each"),
};

/** The nodes of the platform's own programs. */
const systemPool = z
  .strictObject({
    instanceTypes: instanceTypes.default(["m7i.large", "m6i.large", "m6a.large"]),
    min: counts.min.min(1).default(2),
    desired: counts.desired.default(2),
    max: counts.max.default(6),
    diskGiB: diskGiB.default(50),
    podPidsLimit: podPidsLimit.default(4096),
  })
  .superRefine(inOrder);

/** The nodes of users' computers. */
const workspacesPool = z
  .strictObject({
    instanceTypes: instanceTypes.default(["m7i.2xlarge", "m6i.2xlarge", "m6a.2xlarge", "m7a.2xlarge"]),
    capacity: z
      .enum(["spot", "on-demand"])
      .default("on-demand")
      .describe("What the nodes are paid as. Spot costs less than half, and is taken away at two minutes' notice"),
    min: counts.min.default(2),
    desired: counts.desired.default(3),
    max: counts.max.default(10),
    diskGiB: diskGiB.default(100),
    podPidsLimit: podPidsLimit.default(512),
  })
  .superRefine(inOrder)
  .superRefine(({ capacity, instanceTypes }, context) => {
    if (capacity === "on-demand" || instanceTypes.length > 1) return;
    const message = "must be several for spot: one type in one zone is often not to be had";
    context.addIssue({ code: "custom", path: ["instanceTypes"], message });
  });

/** The cluster's nodes. */
export const nodesSpec = z
  .strictObject({
    system: systemPool.prefault({}).describe("Nodes of the platform's own programs: always on-demand"),
    workspaces: workspacesPool.prefault({}).describe("Nodes of users' computers, and of nothing else"),
    sessionManager: z
      .boolean()
      .default(false)
      .describe("Whether a shell on a node can be opened through AWS Systems Manager"),
  })
  .describe("The cluster's nodes")
  .meta({
    examples: [{ workspaces: { instanceTypes: ["m7i.2xlarge", "m6i.2xlarge"], capacity: "spot", min: 2, max: 10 } }],
  });
/** What it is once read: every default filled in. */
export type NodesSpec = z.infer<typeof nodesSpec>;
/** The same as one writes it: what has a default may be left out. */
export type NodesSpecInput = z.input<typeof nodesSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseNodesSpec(spec: unknown): NodesSpec {
  return parseOrExplain(nodesSpec, spec, "spec");
}

interface KnownType {
  readonly type: string;
  readonly capacity: InstanceCapacity | null;
}

/** Why two types cannot be in one group: its image has one architecture, and the autoscaler looks at the first only. */
function differenceOf(first: KnownType | undefined, other: KnownType): string | null {
  if (first === undefined || first.capacity === null || other.capacity === null) return null;
  const [a, b] = [first.capacity, other.capacity];
  if (a.architecture !== b.architecture) {
    return `must be ${a.architecture} like ${first.type}: it is ${b.architecture}`;
  }
  if (a.cpus === b.cpus && a.memoryGiB === b.memoryGiB) return null;
  return `must have ${sizeOf(a)} like ${first.type}: it has ${sizeOf(b)}`;
}

function sizeOf({ cpus, memoryGiB }: InstanceCapacity): string {
  return `${cpus} CPUs and ${memoryGiB} GiB`;
}

interface Counts {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

function inOrder({ min, desired, max }: Counts, context: z.core.$RefinementCtx): void {
  if (min > max) {
    const message = `must be at most max, which is ${max}: it is ${min}`;
    context.addIssue({ code: "custom", path: ["min"], message });
  } else if (desired < min || desired > max) {
    const message = `must be from min to max, which are ${min} and ${max}: it is ${desired}`;
    context.addIssue({ code: "custom", path: ["desired"], message });
  }
}

import { z } from "zod";
import { parseOrExplain } from "../core/parse.ts";

/** When nodes come and go. */
export const autoscalerSpec = z
  .strictObject({
    replicas: z.int().min(1).max(3).default(2).describe("Pods; one of them acts, the others stand by"),
    idleMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(10)
      .describe("Minutes that a node must have been idle before it goes"),
    idleBelow: z
      .number()
      .min(0.05)
      .max(0.95)
      .default(0.5)
      .describe("Share of a node's CPU and memory, requested by pods, below which it counts as idle"),
    serviceMonitor: z
      .boolean()
      .default(false)
      .describe("Whether to make a ServiceMonitor; its custom resource definition must be there"),
  })
  .describe("When nodes come and go")
  .meta({ examples: [{ replicas: 2, idleMinutes: 10, idleBelow: 0.5 }] });
/** What it is once read: every default filled in. */
export type AutoscalerSpec = z.infer<typeof autoscalerSpec>;
/** The same as one writes it: what has a default may be left out. */
export type AutoscalerSpecInput = z.input<typeof autoscalerSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseAutoscalerSpec(spec: unknown): AutoscalerSpec {
  return parseOrExplain(autoscalerSpec, spec, "spec");
}

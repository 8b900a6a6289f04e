import { z } from "zod";
import { cpuBetween, memoryBetween } from "../../core/quantities.ts";
import { agentPort, agentProbe } from "./agent.ts";
import { defineBlueprint } from "./blueprint.ts";

const runnerPort = 8000;

const parameters = z.strictObject({
  cpuLimit: cpuBetween("100m", "16").default("1").describe("CPUs that all programs together may use at most"),
  memoryLimit: memoryBetween("512Mi", "64Gi")
    .default("1Gi")
    .describe("Memory of the workspace; programs together get 160 MiB less"),
  volumeSize: memoryBetween("1Gi", "200Gi")
    .default("2Gi")
    .describe("Size of the volume with all sandboxes' files; it can grow, never shrink"),
  network: z
    .enum(["none", "internet"])
    .default("none")
    .describe("What programs may reach: nothing, or the public internet"),
});

/**
 * A code runner: programs run in sandboxes within limits of time, memory, processes, output and disk.
 *
 * A delete takes the volume with it: what programs leave in a sandbox is nobody's home.
 */
export const sandbox = defineBlueprint({
  name: "sandbox",
  version: 1,
  title: "Sandbox",
  description: "A code runner: commands and scripts in sandboxes, within limits, their output streamed.",
  defaultImage: "berth/sandbox:1",
  volumeOnDelete: "delete",
  parameters,
  shape: (given, image) => ({
    image,
    env: { HOME: "/workspace", RUNNER_PORT: String(runnerPort) },
    ports: [{ name: "runner", port: runnerPort }, agentPort],
    probe: agentProbe,
    resources: {
      // As with a home: memory is not overcommitted, processor time is.
      requests: { cpu: "100m", memory: given.memoryLimit },
      limits: { cpu: given.cpuLimit, memory: given.memoryLimit },
    },
    user: { uid: 1000, gid: 1000 },
    readOnlyRootFilesystem: true,
    // No scratch: a program that fills what it can write fills the volume, and never the node's disk.
    home: { mountPath: "/workspace", size: given.volumeSize },
    egress: { internet: given.network === "internet" },
  }),
});

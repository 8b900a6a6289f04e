import { z } from "zod";
import { cpuBetween, memoryBetween } from "../../core/quantities.ts";
import { agentPort, agentProbe } from "./agent.ts";
import { defineBlueprint } from "./blueprint.ts";

const editorPort = 8080;

const parameters = z.strictObject({
  cpuLimit: cpuBetween("250m", "16").default("1500m").describe("CPUs that the IDE and its programs may use at most"),
  memoryLimit: memoryBetween("1Gi", "64Gi").default("2Gi").describe("Memory of the IDE and its programs"),
  volumeSize: memoryBetween("1Gi", "1Ti")
    .default("10Gi")
    .describe("Size of the volume with the workspace; it can grow, never shrink"),
});

/**
 * A browser IDE: an editor and a terminal over one folder of files, whose programs may be shown on hosts of their own.
 *
 * A delete keeps the volume: a session is closed and opened again over the same files, and code that was not pushed is
 * nowhere else.
 */
export const ide = defineBlueprint({
  name: "ide",
  version: 1,
  title: "IDE",
  description:
    "A code editor with a terminal, Git and common languages in the browser, and previews of what runs in it.",
  defaultImage: "berth/ide:1",
  volumeOnDelete: "keep",
  parameters,
  shape: (given, image) => ({
    image,
    env: { HOME: "/workspace/.home" },
    ports: [{ name: "ide", port: editorPort }, agentPort],
    previews: { from: 3000, to: 9999 },
    probe: agentProbe,
    resources: {
      // As with a home: memory is not overcommitted, processor time is.
      requests: { cpu: "250m", memory: given.memoryLimit },
      limits: { cpu: given.cpuLimit, memory: given.memoryLimit },
    },
    user: { uid: 1000, gid: 1000 },
    readOnlyRootFilesystem: true,
    scratch: [{ path: "/tmp", size: "1Gi" }],
    home: { mountPath: "/workspace", size: given.volumeSize },
    egress: { internet: true },
  }),
});

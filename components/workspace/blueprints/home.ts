import { z } from "zod";
import { cpuBetween, memoryBetween } from "../../core/quantities.ts";
import { agentPort, agentProbe } from "./agent.ts";
import { defineBlueprint } from "./blueprint.ts";

const shellPort = 3000;
const gatewayPort = 4000;

const parameters = z.strictObject({
  cpuLimit: cpuBetween("100m", "4").default("500m").describe("CPUs that the home may use at most"),
  memoryLimit: memoryBetween("128Mi", "8Gi").default("256Mi").describe("Memory that the home may use at most"),
  volumeSize: memoryBetween("1Gi", "200Gi")
    .default("5Gi")
    .describe("Size of the home volume; it can grow, never shrink"),
});

/**
 * A small always-there home: a web shell and a gateway in one container.
 *
 * A delete keeps the volume: a home is upgraded by deleting and provisioning it again, and its owner's data must be
 * there afterwards.
 */
export const home = defineBlueprint({
  name: "home",
  version: 2,
  title: "Home",
  description:
    "A small home of one's own on the web: a shell in the browser and a gateway, asleep when nobody is there.",
  defaultImage: "berth/home:2",
  volumeOnDelete: "keep",
  parameters,
  shape: (given, image) => ({
    image,
    env: { HOME: "/home/user", SHELL_PORT: String(shellPort), GATEWAY_PORT: String(gatewayPort) },
    ports: [{ name: "shell", port: shellPort }, { name: "gateway", port: gatewayPort }, agentPort],
    probe: agentProbe,
    resources: {
      // Memory is not overcommitted, processor time is: a home idles, but its memory stays in use.
      requests: { cpu: "50m", memory: given.memoryLimit },
      limits: { cpu: given.cpuLimit, memory: given.memoryLimit },
    },
    user: { uid: 1000, gid: 1000 },
    readOnlyRootFilesystem: true,
    scratch: [{ path: "/tmp", size: "256Mi" }],
    home: { mountPath: "/home/user", size: given.volumeSize },
    egress: { internet: true },
  }),
});

import { z } from "zod";
import { compareCpu, compareMemory, cpuBetween, memoryBetween } from "../../core/quantities.ts";
import { agentPort, agentProbe } from "./agent.ts";
import { defineBlueprint } from "./blueprint.ts";

/** Port of the streaming server (xpra). */
const streamPort = 10005;

const parameters = z
  .strictObject({
    cpuRequest: cpuBetween("100m", "16").default("2").describe("CPUs set aside for the desktop"),
    cpuLimit: cpuBetween("100m", "16").default("4").describe("CPUs that the desktop may use at most"),
    memoryRequest: memoryBetween("512Mi", "64Gi").default("4Gi").describe("Memory set aside for the desktop"),
    memoryLimit: memoryBetween("512Mi", "64Gi").default("8Gi").describe("Memory that the desktop may use at most"),
    volumeSize: memoryBetween("1Gi", "1Ti")
      .default("20Gi")
      .describe("Size of the home volume; it can grow, never shrink"),
    resolution: z
      .string()
      .regex(/^[1-9]\d{2,3}x[1-9]\d{2,3}$/, 'must be width x height in pixels: "1920x1080"')
      .default("1920x1080")
      .describe(
        "Size of the screen in pixels, as width x height, until a browser shows it: then it is the browser's window",
      ),
  })
  .refine(({ cpuRequest, cpuLimit }) => compareCpu(cpuRequest, cpuLimit) <= 0, {
    path: ["cpuRequest"],
    message: "must not be above cpuLimit",
  })
  .refine(({ memoryRequest, memoryLimit }) => compareMemory(memoryRequest, memoryLimit) <= 0, {
    path: ["memoryRequest"],
    message: "must not be above memoryLimit",
  });

/**
 * A streamed Linux desktop: window manager, browser and apps on a virtual screen, shown in the browser.
 *
 * A delete takes the volume with it: it holds signed-in browser profiles, which nobody should find again by accident,
 * and the caller says "deleted" to its user. Who wants the home kept says so in the delete.
 */
export const desktop = defineBlueprint({
  name: "desktop",
  version: 2,
  title: "Desktop",
  description: "A Linux desktop with a window manager and apps, streamed to the browser.",
  defaultImage: "berth/desktop:2",
  volumeOnDelete: "delete",
  parameters,
  shape: (given, image) => ({
    image,
    env: { HOME: "/home/user", SCREEN_RESOLUTION: given.resolution },
    ports: [{ name: "stream", port: streamPort }, agentPort],
    probe: agentProbe,
    resources: {
      requests: { cpu: given.cpuRequest, memory: given.memoryRequest },
      limits: { cpu: given.cpuLimit, memory: given.memoryLimit },
    },
    user: { uid: 1000, gid: 1000 },
    // A desktop's apps write where they please: /etc, /var, /usr/share. What they write there is gone with the pod.
    readOnlyRootFilesystem: false,
    scratch: [{ path: "/tmp", size: "2Gi" }],
    home: { mountPath: "/home/user", size: given.volumeSize },
    egress: { internet: true },
  }),
});

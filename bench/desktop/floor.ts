import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { link } from "../../toolchain/real-node/network.ts";
import type { RealNode } from "../../toolchain/real-node/node.ts";
import type { Window } from "./window.ts";

export interface FloorOptions {
  readonly node: Pick<RealNode, "ctr">;
  readonly image: string;
  /** Folder of registries, when the image has to be pulled. */
  readonly registries: string | null;
  /** A folder that is thrown away. */
  readonly folder: string;
  readonly window: Window;
}

const user = 1000;
const port = 10005;

/**
 * The container alone: `ctr run` of the desktop's image with what a pod of it has — limits, seccomp, a folder for the home
 * and one for `/tmp` — on the node's own network, and a browser that opens its page as soon as anybody listens there.
 * Nothing that shows a desktop in a container can be faster.
 *
 * @returns seconds from the start, of the pull when the image has to be pulled, to the first frame in the browser
 */
export async function runContainer({ node, image, registries, folder, window }: FloorOptions): Promise<number> {
  const id = `bench-${randomBytes(4).toString("hex")}`;
  const mounts = await Promise.all(
    [["/home/user", 0o700] as const, ["/tmp", 0o1777] as const].map(async ([place, mode]) => {
      const source = join(folder, `${id}${place.replaceAll("/", "-")}`);
      await mkdir(source);
      await chown(source, user, user);
      await chmod(source, mode);
      return `type=bind,src=${source},dst=${place},options=rbind:rw`;
    }),
  );
  const began = performance.now();
  if (registries !== null) await node.ctr("images", "pull", "--hosts-dir", registries, image);
  await node.ctr(
    ...["run", "--detach", "--null-io", "--net-host", "--seccomp", "--cgroup", `/berth-node/${id}`],
    ...["--cpus", "4", "--memory-limit", String(8 * 2 ** 30), "--env", "HOME=/home/user"],
    ...mounts.flatMap((mount) => ["--mount", mount]),
    ...[image, id],
  );
  try {
    await untilListening();
    await window.open(`http://${link.node}:${port}/`);
    return ((await window.firstFrame) - began) / 1000;
  } finally {
    await node.ctr("tasks", "kill", "--all", "--signal", "SIGKILL", id).catch(() => undefined);
    await node.ctr("tasks", "delete", "--force", id).catch(() => undefined);
    await node.ctr("containers", "delete", id);
  }
}

async function untilListening(): Promise<void> {
  for (let attempt = 0; attempt < 12_000; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: link.node, port }, () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (open) return;
    await delay(5);
  }
  throw new Error("the desktop's container does not listen");
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { RealNode } from "../../toolchain/real-node/node.ts";
import { nodeCgroup } from "../../toolchain/real-node/settings.ts";

/** The pod of a workspace, as its node sees it. */
export interface Pod {
  /** Runs a command in the workspace's container to its end; gives what it prints. */
  run(...command: readonly string[]): Promise<string>;
  /** Bytes in use, without cached files that can be dropped at once: what the kubelet calls its working set. */
  memory(): number;
  /** CPU seconds that it has used. */
  cpu(): number;
}

const container = z.object({ Labels: z.record(z.string(), z.string()) });

/** Finds the running pod of a workspace. */
export async function podOf({ ctr }: Pick<RealNode, "ctr">, workspace: string): Promise<Pod> {
  const filter = [
    `labels."io.kubernetes.pod.namespace"==${workspace}`,
    `labels."io.kubernetes.container.name"==workspace`,
  ];
  const [id] = (await ctr("containers", "list", "--quiet", filter.join(","))).split("\n").filter(Boolean);
  if (id === undefined) throw new Error(`${workspace} has no container on the node`);
  const { Labels } = container.parse(JSON.parse(await ctr("containers", "info", id)));
  const group = groupOf(Labels["io.kubernetes.pod.uid"] ?? "");
  let runs = 0;
  return {
    run: (...command) => ctr("tasks", "exec", "--exec-id", `bench-${++runs}`, id, ...command),
    ...group,
  };
}

/** A pod's control group, of either version. */
function groupOf(uid: string): Pick<Pod, "memory" | "cpu"> {
  const root = "/sys/fs/cgroup";
  const unified = existsSync(join(root, "cgroup.controllers"));
  const folderOf = (controller: string): string => {
    const base = join(root, unified ? "" : controller, nodeCgroup, "kubepods");
    const found = ["burstable", "", "besteffort"].map((of) => join(base, of, `pod${uid}`)).find(existsSync);
    if (found === undefined) throw new Error(`The pod ${uid} has no control group below ${base}`);
    return found;
  };
  const [memory, cpu] = [folderOf("memory"), folderOf("cpuacct")];
  const read = (folder: string, file: string) => readFileSync(join(folder, file), "utf8");
  const field = (text: string, name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  return unified
    ? {
        memory: () => Number(read(memory, "memory.current")) - field(read(memory, "memory.stat"), "inactive_file"),
        cpu: () => field(read(cpu, "cpu.stat"), "usage_usec") / 1e6,
      }
    : {
        memory: () =>
          Number(read(memory, "memory.usage_in_bytes")) - field(read(memory, "memory.stat"), "total_inactive_file"),
        cpu: () => Number(read(cpu, "cpuacct.usage")) / 1e9,
      };
}

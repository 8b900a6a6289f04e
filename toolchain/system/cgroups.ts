import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = "/sys/fs/cgroup";
/** What pods are held to; all of it must be under the kubelet's control. */
const needed = ["cpu", "cpuset", "memory", "pids"] as const;

/** Why pods cannot be limited here, if so. */
export function cgroupProblem(): string | undefined {
  const has = unified()
    ? new Set(readFileSync(join(root, "cgroup.controllers"), "utf8").trim().split(" "))
    : new Set(existsSync(root) ? readdirSync(root) : []);
  const missing = needed.filter((name) => !has.has(name));
  return missing.length === 0 ? undefined : `the control groups ${missing.join(", ")} are not mounted in ${root}`;
}

/** Makes a group, of every kind of group that there is. */
export function makeCgroup(name: string): void {
  if (unified()) {
    writeFileSync(join(root, "cgroup.subtree_control"), needed.map((one) => `+${one}`).join(" "));
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, "cgroup.subtree_control"), needed.map((one) => `+${one}`).join(" "));
    return;
  }
  for (const folder of hierarchies()) {
    const group = join(root, folder, name);
    mkdirSync(group, { recursive: true });
    // A new group has no processor and no memory until it is told.
    for (const setting of ["cpuset.cpus", "cpuset.mems"]) {
      const file = join(group, setting);
      if (existsSync(file)) writeFileSync(file, readFileSync(join(root, folder, setting)));
    }
  }
}

/** Takes a group away with those below it; their processes are gone. */
export function removeCgroup(name: string): void {
  for (const folder of unified() ? [""] : hierarchies()) removeBelow(join(root, folder, name));
}

function removeBelow(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeBelow(join(group, entry.name));
  }
  rmdirSync(group);
}

function unified(): boolean {
  return existsSync(join(root, "cgroup.controllers"));
}

/** Folders of the hierarchies; several names may be one (`cpu` and `cpuacct` where a system joins them). */
function hierarchies(): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "cgroup.procs")))
    .map(({ name }) => name);
}

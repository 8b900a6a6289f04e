import { SetupError } from "../errors.ts";
import { cgroupProblem } from "../system/cgroups.ts";
import type { SystemProgram } from "../system/programs.ts";

/** Where CNI plugins lie: Debian's folder, and that of the project's own releases. */
const pluginFolders = ["/usr/lib/cni", "/opt/cni/bin"] as const;

/** What a real node runs of the distribution. */
export const nodeSystemPrograms: readonly SystemProgram[] = [
  ...["containerd", "containerd-shim-runc-v2", "ctr"].map((program) => ({ program, package: "containerd" })),
  { program: "runc", package: "runc" },
  ...["ptp", "host-local"].map((program) => ({
    program,
    package: "containernetworking-plugins",
    folders: pluginFolders,
  })),
  ...["iptables", "iptables-save", "iptables-restore"].map((program) => ({ program, package: "iptables" })),
  { program: "ipset", package: "ipset" },
  { program: "nft", package: "nftables" },
  { program: "ip", package: "iproute2" },
  ...["unshare", "nsenter"].map((program) => ({ program, package: "util-linux" })),
  { program: "mount", package: "mount" },
  { program: "mke2fs", package: "e2fsprogs" },
  { program: "pkill", package: "procps" },
];

/** What is known of a machine, as far as it decides whether a real node can run on it. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  readonly cgroups: string | undefined;
}

/** @throws SetupError naming everything that keeps a real node from running here. */
export function assertFit({ platform, root, cgroups }: MachineFacts = factsOfThisMachine()): void {
  const problems = [
    ...(platform === "linux" ? [] : [`this is ${platform}: containers need Linux`]),
    ...(root ? [] : ["it needs root: a container runtime and a kubelet make namespaces, mounts and limits"]),
    ...(cgroups === undefined ? [] : [cgroups]),
  ];
  if (problems.length === 0) return;
  throw new SetupError(
    [
      "A real node cannot run here:",
      ...problems.map((problem) => `  - ${problem}`),
      "What to do: leave `--node real` out to use simulated nodes, or name a cluster of yours by `--context`.",
    ].join("\n"),
  );
}

function factsOfThisMachine(): MachineFacts {
  const { platform } = process;
  return {
    platform,
    root: process.getuid?.() === 0,
    cgroups: platform === "linux" ? cgroupProblem() : undefined,
  };
}

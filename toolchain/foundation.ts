import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { keptPassphrase } from "../provisioner/startup.ts";
import type { LocalConfig } from "../stacks/config.ts";
import { localProgram } from "../stacks/local.ts";
import { type PulumiInstallation, pulumiEnvironment } from "./pulumi-home.ts";

/**
 * Brings a cluster to what it needs before the first workspace: the program that `pulumi up -s local` runs, as the
 * same stack, on the state folder's own backend. Gives how many resources changed.
 */
export async function ensureFoundation(
  pulumi: PulumiInstallation,
  kubeconfig: string,
  { state, installation, storage }: { readonly state: string } & Pick<LocalConfig, "installation" | "storage">,
): Promise<number> {
  const backend = join(state, "pulumi");
  const workDir = join(state, "run", "foundation");
  for (const folder of [backend, workDir]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stack = await LocalWorkspace.createOrSelectStack(
    {
      stackName: "local",
      projectName: "berth",
      program: async () => localProgram({ installation, storage, cluster: { kubeconfig } }),
    },
    {
      workDir,
      pulumiCommand: await PulumiCommand.get({ root: pulumi.root, skipVersionCheck: true }),
      pulumiHome: pulumi.home,
      envVars: {
        ...definedOnly(pulumiEnvironment(pulumi)),
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: await keptPassphrase(state),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "1",
      },
    },
  );
  // A run that was killed leaves its lock; this state folder has one user at a time, who is here.
  await stack.cancel().catch(() => {});
  const { summary } = await stack.up({ suppressProgress: true });
  const { same: _same, ...changes } = summary.resourceChanges ?? {};
  return Object.values(changes).reduce((sum: number, count) => sum + (count ?? 0), 0);
}

function definedOnly(environment: Readonly<NodeJS.ProcessEnv>): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

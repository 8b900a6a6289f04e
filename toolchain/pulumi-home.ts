import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder, checkout } from "./paths.ts";
import { type Progress, silent } from "./terminal.ts";
import { ensureTools } from "./tools.ts";

/** What programs that run Pulumi need to know. */
export interface PulumiInstallation {
  /** The CLI. */
  readonly command: string;
  /** The CLI's root for the Automation API: `PulumiCommand.get({ root })`. */
  readonly root: string;
  /** `PULUMI_HOME`: a folder of ours, so that nothing lands in the user's own `~/.pulumi`. */
  readonly home: string;
  /** Folders to prepend to the PATH: the CLI, its plugins and its language host. */
  readonly path: readonly string[];
  readonly version: string;
  /** The Kubernetes provider plugin: the official one, or the stand-in that was built here. */
  readonly provider: { readonly path: string; readonly version: string; readonly standIn: boolean };
}

/**
 * Gets the Pulumi CLI and the Kubernetes provider plugin, and says how to run them.
 *
 * @throws SetupError when they cannot be had.
 */
export async function ensurePulumi(progress: Progress = silent): Promise<PulumiInstallation> {
  const [cli, provider] = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  if (!cli || !provider) throw new Error("ensureTools gives a tool for each name.");
  const home = join(cacheFolder(), "pulumi-home");
  mkdirSync(home, { recursive: true });
  const root = dirname(cli.path);
  linkBin(root);
  // The official CLI comes with its language hosts; one that was built here uses ours.
  const languageHost = existsSync(join(root, "pulumi-language-nodejs"))
    ? []
    : [join(checkout, "toolchain", "pulumi-language-nodejs", "bin")];
  return {
    command: cli.path,
    root,
    home,
    path: [root, dirname(provider.path), ...languageHost],
    version: cli.version,
    provider: { path: provider.path, version: provider.version, standIn: provider.origin === "built" },
  };
}

/**
 * The environment for running Pulumi: `PULUMI_HOME` where it is not set yet, and the folders before the `PATH`.
 * Everything else is left as it is.
 */
export function pulumiEnvironment(
  { home, path }: PulumiInstallation,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): NodeJS.ProcessEnv {
  return {
    ...environment,
    PULUMI_HOME: environment.PULUMI_HOME || home,
    PATH: [...path, ...(environment.PATH ? [environment.PATH] : [])].join(delimiter),
  };
}

/** The Automation API looks for `<root>/bin/pulumi`. */
function linkBin(root: string): void {
  const link = join(root, "bin");
  if (existsSync(link)) return;
  try {
    symlinkSync(".", link);
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(link)) throw error;
  }
}

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder, checkout, stateFolder } from "./paths.ts";
import { type Progress, silent } from "./terminal.ts";
import { ensureTools } from "./tools.ts";
import { versions } from "./versions.ts";

/** What programs that run Pulumi need to know. */
export interface PulumiInstallation {
  /** The CLI. */
  readonly command: string;
  /** The CLI's root for the Automation API: `PulumiCommand.get({ root })`. */
  readonly root: string;
  /** `PULUMI_HOME`: a folder of this checkout, with the plugins, so that nothing lands in the user's `~/.pulumi`. */
  readonly home: string;
  /** Folders to prepend to the PATH. */
  readonly path: readonly string[];
  /** Folders of the plugins, to be prepended to the PATH where another `PULUMI_HOME` is used; Pulumi warns then. */
  readonly pluginPath: readonly string[];
  readonly version: string;
  /** Whether the CLI was built from Go modules: the official download could not be reached. */
  readonly builtHere: boolean;
  /** The Kubernetes provider plugin: the official one, or the stand-in that was built here. */
  readonly provider: { readonly path: string; readonly version: string; readonly standIn: boolean };
}

/**
 * Gets the Pulumi CLI and the Kubernetes provider plugin, and says how to run them.
 *
 * @param home is made when missing. @default `pulumi-home` in the checkout's state folder
 * @throws SetupError when they cannot be had.
 */
export async function ensurePulumi(
  progress: Progress = silent,
  home: string = join(stateFolder(), "pulumi-home"),
): Promise<PulumiInstallation> {
  const [cli, provider] = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  if (!cli || !provider) throw new Error("ensureTools gives a tool for each name.");
  const root = dirname(cli.path);
  // The Automation API looks for `<root>/bin/pulumi`.
  mkdirSync(join(root, "bin"), { recursive: true });
  link(join(root, "bin", "pulumi"), join("..", "pulumi"));
  const pluginPath = [dirname(provider.path)];
  const plugins = join(home, "plugins");
  addPlugin(plugins, `resource-kubernetes-v${versions.pulumiKubernetes}`, (folder) =>
    link(join(folder, "pulumi-resource-kubernetes"), provider.path),
  );
  // The official CLI comes with its language hosts; one that was built here uses ours.
  if (!existsSync(join(root, "pulumi-language-nodejs"))) {
    pluginPath.push(join(checkout, "toolchain", "pulumi-language-nodejs", "bin"));
    addPlugin(plugins, `language-nodejs-v${versions.pulumi}`, writeLanguageHost);
  }
  return {
    command: cli.path,
    root,
    home,
    path: [root],
    pluginPath,
    version: cli.version,
    builtHere: cli.origin === "built",
    provider: { path: provider.path, version: provider.version, standIn: provider.origin === "built" },
  };
}

/**
 * The environment for running Pulumi: `PULUMI_HOME` and `NODE_COMPILE_CACHE` where they are not set yet, and the folders
 * before the `PATH`. Everything else is left as it is.
 */
export function pulumiEnvironment(
  { home, path, pluginPath }: PulumiInstallation,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): NodeJS.ProcessEnv {
  const foreign = environment.PULUMI_HOME !== undefined && environment.PULUMI_HOME !== home;
  const folders = [...path, ...(foreign ? pluginPath : []), ...(environment.PATH ? [environment.PATH] : [])];
  return {
    ...environment,
    PULUMI_HOME: environment.PULUMI_HOME ?? home,
    PATH: folders.join(delimiter),
    // Programs and plugins keep what Node compiled of them: halves the time of importing AWS' packages.
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE ?? join(cacheFolder(environment), "compile-cache"),
  };
}

function addPlugin(plugins: string, name: string, fill: (folder: string) => void): void {
  const folder = join(plugins, name);
  mkdirSync(folder, { recursive: true });
  fill(folder);
}

/** Makes a symbolic link, or turns one that points elsewhere, without a moment in which there is none. */
function link(path: string, target: string): void {
  try {
    if (readlinkSync(path) === target) return;
  } catch {
    // There is none yet.
  }
  replace(path, (temporary) => symlinkSync(target, temporary));
}

/** A script beside the plugin's name: a link would not know which checkout it belongs to. */
function writeLanguageHost(folder: string): void {
  const file = join(folder, "pulumi-language-nodejs");
  const host = join(checkout, "toolchain", "pulumi-language-nodejs", "bin", "pulumi-language-nodejs");
  const script = `#!/bin/sh\nexec '${host.replaceAll("'", "'\\''")}' "$@"\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === script) return;
  replace(file, (temporary) => writeFileSync(temporary, script, { mode: 0o755 }));
}

function replace(path: string, make: (temporary: string) => void): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}`;
  make(temporary);
  renameSync(temporary, path);
}

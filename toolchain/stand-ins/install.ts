import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../paths.ts";
import { installedPackage } from "./typings/cache.ts";

const programs = {
  aws: "plugin.ts",
  cloudflare: "plugin.ts",
  docker: "plugin.ts",
  random: "plugin.ts",
  eks: join("components", "plugin.ts"),
  awsx: join("components", "plugin.ts"),
} as const;

export type CloudPackage = keyof typeof programs;

/** The packages that have stand-ins. */
export const cloudPackages: readonly CloudPackage[] = ["aws", "cloudflare", "docker", "random", "eks", "awsx"];

/** What the script of a stand-in begins with: tells it from an official plugin. */
const mark = "# A stand-in: nothing real is created.";

/**
 * Puts the stand-ins in the place of the providers' plugins, for the versions of the npm packages. Gives their folders,
 * to be prepended to the PATH where another `PULUMI_HOME` is used.
 */
export function ensureCloudStandIns(home: string, packages: readonly CloudPackage[] = cloudPackages): string[] {
  return packages.map((name) => {
    const { folder, file } = placeOf(home, name);
    const command = [process.execPath, join(checkout, "toolchain", "stand-ins", programs[name]), name];
    const script = `#!/bin/sh\n${mark}\nexec ${command.map(quoted).join(" ")} "$@"\n`;
    if (read(file) === script) return folder;
    mkdirSync(folder, { recursive: true });
    const temporary = `${file}.${randomBytes(4).toString("hex")}`;
    writeFileSync(temporary, script, { mode: 0o755 });
    renameSync(temporary, file);
    return folder;
  });
}

/** Takes the stand-ins away, so that the CLI gets the official plugins. */
export function removeCloudStandIns(home: string): void {
  for (const name of cloudPackages) {
    const { folder, file } = placeOf(home, name);
    if (read(file)?.includes(mark)) rmSync(folder, { recursive: true });
  }
}

function placeOf(home: string, name: CloudPackage): { readonly folder: string; readonly file: string } {
  const folder = join(home, "plugins", `resource-${name}-v${installedPackage(name).version}`);
  return { folder, file: join(folder, `pulumi-resource-${name}`) };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { messageOf, SetupError } from "./errors.ts";
import { buildPackage } from "./package/build.ts";
import { checkout } from "./paths.ts";
import { createTerminal } from "./terminal.ts";

const usage = `npm run package [-- --out <folder>]

Builds the package that others install into <folder>/package, and packs it: <folder>/berth-<version>.tgz.
The last line is the path of the archive.
  --out   @default dist`;

const terminal = createTerminal();
const { values } = parseArgs({ options: { out: { type: "string" }, help: { type: "boolean", short: "h" } } });
if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main(values.out ?? join(checkout, "dist"));

async function main(out: string): Promise<number> {
  try {
    mkdirSync(out, { recursive: true });
    const folder = join(out, "package");
    const { name, version } = await terminal.step("Build the package", () => buildPackage(folder));
    const archive = join(out, `${name}-${version}.tgz`);
    await terminal.step("Pack it", () => pack(folder, out));
    process.stdout.write(`${archive}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    terminal.warn(error.message);
    return 1;
  }
}

async function pack(folder: string, out: string): Promise<void> {
  const args = ["pack", folder, "--pack-destination", out, "--loglevel=error"];
  await promisify(execFile)("npm", args).catch((error: unknown) => {
    throw new SetupError(`npm pack failed: ${messageOf(error)}`);
  });
}

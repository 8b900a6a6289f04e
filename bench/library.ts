import { execFile } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { SetupError } from "../toolchain/errors.ts";
import { checkout } from "../toolchain/paths.ts";

const run = promisify(execFile);

/** What one component costs a program that imports it, Node's own start included. */
export interface ImportCost {
  /** Path below `components/`, without its ending. */
  readonly component: string;
  readonly seconds: number;
  /** Resident memory of the process afterwards. */
  readonly rssMiB: number;
}

/** The files that hold a component. */
export async function findComponents(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob("components/*/*.ts", { cwd: checkout })) {
    const text = await readFile(join(checkout, file), "utf8");
    if (text.includes("extends pulumi.ComponentResource")) found.push(file);
  }
  return found.toSorted();
}

/** Imports a component into a process of its own, so many times; the median counts. */
export async function measureImport(file: string, runs: number): Promise<ImportCost> {
  const url = pathToFileURL(join(checkout, file)).href;
  const program = `await import(${JSON.stringify(url)});
    console.log(JSON.stringify({ ms: performance.now(), rss: process.memoryUsage.rss() }));`;
  const costs: { ms: number; rss: number }[] = [];
  for (let index = 0; index < runs; index += 1) {
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: checkout });
    costs.push(JSON.parse(stdout));
  }
  return {
    component: file.replace(/^components\//, "").replace(/\.ts$/, ""),
    seconds: Math.round(median(costs.map(({ ms }) => ms))) / 1000,
    rssMiB: Math.round(median(costs.map(({ rss }) => rss)) / 2 ** 20),
  };
}

/** Seconds that `npx pulumi preview` takes, after one run that warms the caches. */
export async function measurePreview(stack: string, runs: number): Promise<number> {
  const pulumi = join(checkout, "toolchain", "pulumi", "bin.mjs");
  const seconds: number[] = [];
  for (let index = 0; index <= runs; index += 1) {
    const start = performance.now();
    try {
      await run(process.execPath, [pulumi, "preview", "--stack", stack, "--non-interactive"], {
        ...{ cwd: checkout, maxBuffer: 64 * 2 ** 20 },
      });
    } catch (error) {
      const said = error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
      throw new SetupError(`The preview of ${stack} failed:\n${said.trim().slice(-4000)}`);
    }
    if (index > 0) seconds.push((performance.now() - start) / 1000);
  }
  return Math.round(median(seconds) * 100) / 100;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** For scripts: the last line of `--json`. The import is the dearest component's. */
export function libraryReport(previewSeconds: number, imports: readonly ImportCost[]) {
  return {
    bench: "library",
    previewSeconds,
    importSeconds: Math.max(0, ...imports.map(({ seconds }) => seconds)),
    importRssMiB: Math.max(0, ...imports.map(({ rssMiB }) => rssMiB)),
  };
}

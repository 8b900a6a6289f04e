import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf, SetupError } from "./errors.ts";
import { checkout } from "./paths.ts";
import { components } from "./platform/components.ts";
import type { Platform } from "./platform/platform.ts";
import { startThrowaway } from "./platform/throwaway.ts";
import { type SuiteName, suites } from "./suites.ts";
import { createTerminal, formatDuration } from "./terminal.ts";
import { type Counts, countReport, selectSuites } from "./test-report.ts";
import { ensureTools } from "./tools.ts";

const usage = `npm test [-- --suite <names>]

  --suite   only these, separated by commas: lint, ${Object.keys(suites).join(", ")}

Set-up gets what the chosen suites need. BERTH_TEST_KUBECONFIG names a cluster to test on instead of starting one.
The last line is the sum: N passed, N failed.`;

const terminal = createTerminal(process.stdout);
/** What runs now, to be ended when this process is told to end. */
const children = new Set<ReturnType<typeof spawn>>();
let interrupted = false;

interface Result extends Counts {
  readonly name: string;
  readonly ms: number;
}

const { values } = parseArgs({
  options: { suite: { type: "string", multiple: true }, help: { type: "boolean", short: "h" } },
});
if (values.help) process.stdout.write(`${usage}\n`);
else {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupt(signal));
  process.exitCode = await main(values.suite ?? []);
}

async function main(wanted: readonly string[]): Promise<number> {
  const selected = selectSuites(wanted);
  if ("unknown" in selected) {
    terminal.warn(`There is no suite ${selected.unknown}.`);
    terminal.line(usage);
    return 2;
  }
  const results: Result[] = [];
  const reports = mkdtempSync(join(tmpdir(), "berth-test-report-"));
  let platform: Platform | undefined;
  try {
    if (selected.lint && !interrupted) results.push(await lint());
    // Named to those alone that test on it: a Berth that another suite starts takes every such variable for its own.
    const { BERTH_TEST_KUBECONFIG: given, ...environment } = process.env;
    const needsPlatform = selected.names.some((name) => suites[name].platform) && !given;
    const tools = new Set([
      ...(needsPlatform ? components : []),
      ...selected.names.flatMap((name) => suites[name].tools),
    ]);
    await ensureTools([...tools], terminal);
    if (needsPlatform) platform = await startThrowaway(terminal);
    const onPlatform = { ...environment, BERTH_TEST_KUBECONFIG: platform?.kubeconfig ?? given };
    for (const name of selected.names) {
      if (!interrupted) {
        const report = join(reports, `${name}.json`);
        results.push(await vitest(name, report, suites[name].platform ? onPlatform : environment));
      }
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    terminal.warn(error.message);
    results.push({ name: "set-up", passed: 0, failed: 1, ms: 0 });
  } finally {
    await platform?.stop();
    rmSync(reports, { recursive: true, force: true });
  }
  return summarise(results);
}

/** Prints the time of each suite and, as the very last line, the sum. */
function summarise(results: readonly Result[]): number {
  terminal.line();
  const budgets = new Map<string, number>(Object.entries(suites).map(([name, { budget }]) => [name, budget]));
  terminal.table([
    ["suite", "passed", "failed", "time", "budget"],
    ...results.map(({ name, passed, failed, ms }) => {
      const budget = budgets.get(name);
      const over = budget !== undefined && ms > budget * 60_000;
      const time = over ? terminal.colors.yellow(formatDuration(ms)) : formatDuration(ms);
      return [name, String(passed), String(failed), time, budget ? `${budget} min${over ? ", exceeded" : ""}` : ""];
    }),
  ]);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, interrupted ? 1 : 0);
  terminal.line();
  if (interrupted) terminal.warn("Interrupted before the end.");
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** The checks that read the code: each counts as one test. */
async function lint(): Promise<Result> {
  const started = Date.now();
  terminal.heading("lint");
  const folders = ["components", "policies", "stacks", "provisioner", "toolchain", "test", "bench", "examples"];
  const checks = [
    { name: "biome check", program: "biome", args: ["check", "."] },
    { name: "tsc", program: "tsc", args: [] },
    { name: "tsc of examples/viewer", program: "tsc", args: ["--project", "examples/viewer"] },
    { name: "knip", program: "knip", args: [] },
    { name: "depcruise", program: "depcruise", args: ["--config", ".dependency-cruiser.cjs", ...folders] },
  ];
  const outcomes = await Promise.all(
    checks.map(async ({ name, program, args }) => {
      const begun = Date.now();
      const { code, output } = await run(program, args, process.env, "pipe");
      const sign = code === 0 ? terminal.colors.green("✓") : terminal.colors.red("✗");
      terminal.line(`  ${sign} ${name} ${terminal.colors.dim(formatDuration(Date.now() - begun))}`);
      if (code !== 0) terminal.line(output.trimEnd());
      return code === 0;
    }),
  );
  const passed = outcomes.filter(Boolean).length;
  return { name: "lint", passed, failed: outcomes.length - passed, ms: Date.now() - started };
}

async function vitest(name: SuiteName, report: string, environment: NodeJS.ProcessEnv): Promise<Result> {
  const started = Date.now();
  terminal.heading(name);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code } = await run("vitest", ["run", "--project", name, ...reporters], environment, "inherit");
  let text = "";
  try {
    text = readFileSync(report, "utf8");
  } catch (error) {
    terminal.warn(`Vitest wrote no report: ${messageOf(error)}`);
  }
  return { name, ...countReport(text, code), ms: Date.now() - started };
}

/** Runs a program of the npm packages in the checkout, with the Node that runs this. */
function run(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: "inherit" | "pipe",
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(checkout, "node_modules", ".bin", program), ...args], {
      cwd: checkout,
      env: environment,
      stdio: ["ignore", output, output],
    });
    children.add(child);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      children.delete(child);
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** Lets what runs end, stops the platform, and says that it was not all. */
function interrupt(signal: NodeJS.Signals): void {
  interrupted = true;
  // A terminal's Ctrl-C has reached them already.
  if (signal === "SIGINT" && process.stdin.isTTY) return;
  for (const child of children) child.kill(signal);
}

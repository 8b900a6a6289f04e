/**
 * `npm run bench -- provision --users N --concurrency C [--json]`: provisions so many users' workspaces in three ways on
 * the same cluster, one after the other, and compares them.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startBerth } from "../toolchain/berth.ts";
import { SetupError } from "../toolchain/errors.ts";
import { checkout } from "../toolchain/paths.ts";
import { createTerminal } from "../toolchain/terminal.ts";
import { runBerth } from "./berth.ts";
import { runFloor } from "./floor.ts";
import { runNaive } from "./naive.ts";
import { type Figures, provisionChart, provisionReport, provisionRows } from "./report.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: "string", default: "16" },
    concurrency: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
    chart: { type: "string", default: join(checkout, "docs", "benchmarks", "provision.svg") },
  },
});

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new SetupError(`--${option}: found "${text}". Write a whole number from 1.`);
}

const terminal = createTerminal();

async function provision(): Promise<void> {
  const load = {
    users: wholeNumber("users", values.users),
    concurrency: wholeNumber("concurrency", values.concurrency),
  };
  const state = await mkdtemp(join(tmpdir(), "berth-bench-"));
  try {
    terminal.heading(`Provision ${load.users} workspaces, ${load.concurrency} at a time`);
    const berth = await startBerth(
      { state, throwaway: true, port: 0, environment: { BERTH_RATE_LIMIT: "1000000" } },
      terminal,
    );
    let figures: Figures;
    try {
      const { kubeconfig, pulumi } = berth;
      const floor = await terminal.step("The floor: the manifests applied directly", () =>
        runFloor({ kubeconfig, ...load }),
      );
      const ours = await terminal.step("Berth, through its API", () => runBerth({ berth, ...load }));
      const naive = await terminal.step("The plain way: createOrSelectStack and up", () =>
        runNaive({ kubeconfig, pulumi, folder: join(state, "plain"), ...load }),
      );
      figures = { floor, naive, berth: ours };
    } finally {
      await terminal.step("Stop everything", () => berth.stop());
    }
    terminal.line();
    terminal.table(provisionRows(figures));
    await mkdir(dirname(values.chart), { recursive: true });
    await writeFile(values.chart, provisionChart(figures, load));
    if (values.json) process.stdout.write(`${JSON.stringify(provisionReport(figures))}\n`);
  } finally {
    await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

try {
  if (positionals.join() !== "provision") throw new SetupError("Say what to measure: npm run bench -- provision");
  await provision();
} catch (error) {
  const text = error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.line(terminal.colors.red(text ?? "It failed."));
  process.exitCode = 1;
}

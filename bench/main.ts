/**
 * `npm run bench -- provision --users N --concurrency C [--json]`: provisions so many users' workspaces in three ways on
 * the same cluster, one after the other, and compares them.
 *
 * `npm run bench -- policies [--rounds N] [--json]`: what judging a workspace's program adds to its `up`, within the engine's
 * worker and by the CLI's policy pack. Its last line is JSON.
 *
 * `npm run bench -- router [--rounds N] [--seconds N] [--json]`: requests, messages and bytes through the router, against a
 * direct connection and against HAProxy as a plain proxy, each on one core.
 *
 * `npm run bench -- desktop [--rounds N] [--json]`: from the request to the first frame of a desktop seen in a browser, on a
 * real node, against the container alone; what scrolling sends; what idle workspaces use. Needs root, as `--node real` does.
 *
 * `npm run bench -- library [--json]`: how long a preview of the production platform takes, and what importing one
 * component costs.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startBerth } from "../toolchain/berth.ts";
import { SetupError } from "../toolchain/errors.ts";
import { checkout } from "../toolchain/paths.ts";
import { startThrowaway } from "../toolchain/platform/throwaway.ts";
import { ensurePulumi } from "../toolchain/pulumi-home.ts";
import { createTerminal } from "../toolchain/terminal.ts";
import { runBerth } from "./berth.ts";
import { desktopReport, firstFrameRows, idleRows } from "./desktop/report.ts";
import { runDesktopBench } from "./desktop/run.ts";
import { runFloor } from "./floor.ts";
import { findComponents, type ImportCost, libraryReport, measureImport, measurePreview } from "./library.ts";
import { runNaive } from "./naive.ts";
import { policiesReport, runPolicies } from "./policies.ts";
import { type Figures, provisionChart, provisionReport, provisionRows } from "./report.ts";
import { routerReport, routerRows } from "./router/report.ts";
import { runRouterBench } from "./router/run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: "string", default: "16" },
    concurrency: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
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
      { state, throwaway: true, port: 0, routerPort: 0, environment: { BERTH_RATE_LIMIT: "1000000" } },
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

async function policies(): Promise<void> {
  const rounds = wholeNumber("rounds", values.rounds);
  const folder = await mkdtemp(join(tmpdir(), "berth-bench-"));
  try {
    const pulumi = await ensurePulumi(terminal, join(folder, "pulumi-home"));
    const platform = await startThrowaway(terminal);
    try {
      const figures = await terminal.step(`Make ${rounds} workspaces in each of four ways`, () =>
        runPolicies({ kubeconfig: platform.kubeconfig, pulumi, folder: join(folder, "runs"), rounds }),
      );
      const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
      const { engine, cli, judging } = figures;
      terminal.line();
      terminal.table([
        ["up of one workspace", "without policies", "with", "added"],
        ["Berth's engine", ...[engine.without, engine.inProcess, engine.inProcess - engine.without].map(seconds)],
        ["the plain CLI", ...[cli.without, cli.pack, cli.pack - cli.without].map(seconds)],
      ]);
      terminal.line(`Judging itself: ${judging} ms.`);
      process.stdout.write(`${JSON.stringify(policiesReport(figures))}\n`);
    } finally {
      await platform.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function library(): Promise<void> {
  const imports: ImportCost[] = [];
  for (const file of await findComponents()) {
    imports.push(await terminal.step(`Import ${file}`, () => measureImport(file, 5)));
  }
  const previewSeconds = await terminal.step("Preview of prod", () => measurePreview("prod", 3));
  terminal.line();
  terminal.table([
    ["component", "import", "memory"],
    ...imports.map(({ component, seconds, rssMiB }) => [component, `${seconds.toFixed(2)} s`, `${rssMiB} MiB`]),
  ]);
  terminal.line(`Preview of prod: ${previewSeconds.toFixed(2)} s`);
  if (values.json) process.stdout.write(`${JSON.stringify(libraryReport(previewSeconds, imports))}\n`);
}

async function router(): Promise<void> {
  const rounds = wholeNumber("rounds", values.rounds);
  const seconds = wholeNumber("seconds", values.seconds);
  const folder = await mkdtemp(join(tmpdir(), "berth-bench-"));
  try {
    const figures = await terminal.step(`Send through the router and beside it, ${rounds} rounds`, (note) =>
      runRouterBench({ folder, rounds, seconds, note }),
    );
    terminal.line();
    terminal.table(routerRows(figures));
    const report = routerReport(figures);
    terminal.line(`Added: ${report.added.p50Ms} ms (p50). Moved with the same CPU, as a share of HAProxy:`);
    terminal.line(
      Object.entries(report.share)
        .map(([what, share]) => `${what} ${share}`)
        .join(", "),
    );
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function desktop(): Promise<void> {
  const rounds = wholeNumber("rounds", values.rounds);
  const folder = await mkdtemp(join(tmpdir(), "berth-bench-"));
  try {
    const figures = await runDesktopBench({ folder, rounds }, terminal);
    const report = desktopReport(figures);
    terminal.line();
    terminal.table(firstFrameRows(figures));
    const { engineSeconds, readySeconds } = report.warm;
    terminal.line(
      `Of Berth's with the image there: ${engineSeconds} s Pulumi, ${readySeconds} s until the pod was ready.`,
    );
    terminal.line();
    terminal.table(idleRows(figures));
    const { megabitsPerSecond, megabitsPerSecondBack } = report.scroll;
    terminal.line(`A page that scrolls: ${megabitsPerSecond} Mbit/s to the browser, ${megabitsPerSecondBack} from it.`);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const benches: Readonly<Record<string, () => Promise<void>>> = { provision, desktop, library, policies, router };

try {
  const bench = benches[positionals.join()];
  if (bench === undefined)
    throw new SetupError(
      "Say what to measure: npm run bench -- provision, … -- desktop, … -- router, … -- library, or … -- policies",
    );
  await bench();
} catch (error) {
  const text = error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.line(terminal.colors.red(text ?? "It failed."));
  process.exitCode = 1;
}

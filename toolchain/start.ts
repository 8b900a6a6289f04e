import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBare } from "./bare.ts";
import { type Berth, type BerthOptions, startBerth } from "./berth.ts";
import { createClient } from "./client.ts";
import type { ClusterKind } from "./cluster.ts";
import { SetupError } from "./errors.ts";
import { stateFolder } from "./paths.ts";
import { createTerminal, formatDuration } from "./terminal.ts";

const help = `npm start [-- options]

Starts a local Kubernetes, a database and the provisioner, and provisions a demo user's workspace.

  --context NAME      use that context of KUBECONFIG instead of the local platform
  --port N            port of the API (8080, or a free one when that is taken)
  --node real         run containers: a real node instead of simulated ones (needs root; builds the images first)
  --router-port N     port on which browsers find workspaces (8081, or a free one when that is taken)
  --nodes N           simulated nodes of the local platform (5)
  --blueprint NAME    what the demo user gets (desktop)
  --no-demo           no demo user
  --bare              the local Kubernetes and nothing else, for \`npx pulumi up -s dev\` on stand-ins of the cloud
  --help
`;

const terminal = createTerminal();
const { colors } = terminal;

async function main(): Promise<number> {
  const begun = performance.now();
  const options = readOptions();
  if (options === "help") {
    process.stdout.write(help);
    return 0;
  }
  terminal.heading("Berth");
  if (options.bare) return runBare(options.berth.nodes);
  const berth = await startBerth(options.berth, terminal);
  const stopped = untilStopped();
  try {
    const workspace = options.demo ? await Promise.race([provisionDemo(berth, options.blueprint), stopped]) : undefined;
    if (workspace !== "signal") {
      showNextSteps(berth, workspace, performance.now() - begun);
      const ended = await Promise.race([stopped, berth.ended]);
      if (ended !== "signal") {
        terminal.warn(ended);
        return 1;
      }
    }
    return 0;
  } finally {
    terminal.line();
    await terminal.step("Stop everything", () => berth.stop());
  }
}

/** A Kubernetes that is for one program alone. */
async function runBare(nodes: number | undefined): Promise<number> {
  const cluster = await startBare({ state: stateFolder(), ...(nodes === undefined ? {} : { nodes }) }, terminal);
  const stopped = untilStopped();
  terminal.line();
  terminal.line("  Nothing is in it. In a second terminal:");
  terminal.line(colors.cyan(`    export BERTH_STAND_IN_KUBECONFIG=${cluster.kubeconfig}`));
  terminal.line(colors.cyan("    npx pulumi up -s dev"));
  terminal.line();
  terminal.line("  Ctrl-C stops it; the state stays for the next start.");
  // The cluster's processes do not keep this one alive, nor does waiting for a signal.
  const alive = setInterval(() => {}, 60_000);
  await stopped;
  clearInterval(alive);
  terminal.line();
  await terminal.step("Stop it", () => cluster.stop());
  return 0;
}

function untilStopped(): Promise<"signal"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve("signal"));
  });
}

interface Options {
  readonly berth: BerthOptions;
  readonly demo: boolean;
  readonly bare: boolean;
  readonly blueprint: string;
}

function readOptions(): Options | "help" {
  const { values } = parseArgs({
    options: {
      context: { type: "string" },
      port: { type: "string" },
      node: { type: "string", default: "simulated" },
      "router-port": { type: "string" },
      nodes: { type: "string" },
      blueprint: { type: "string", default: "desktop" },
      "no-demo": { type: "boolean", default: false },
      bare: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const number = (name: "port" | "router-port" | "nodes", most: number): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^\d{1,5}$/.test(text) || Number(text) > most)
      throw new SetupError(`--${name} is "${text}": write a whole number from 0 to ${most}.`);
    return Number(text);
  };
  const port = number("port", 65535);
  const routerPort = number("router-port", 65535);
  const nodes = number("nodes", 1000);
  const { node } = values;
  if (node !== "simulated" && node !== "real") {
    throw new SetupError(`--node is "${node}": write simulated, or real.`);
  }
  const cluster = { kubeconfig: process.env.KUBECONFIG, context: values.context };
  if (node === "real" && (cluster.kubeconfig || cluster.context)) {
    throw new SetupError("--node real starts a cluster of its own: leave --context out, and unset KUBECONFIG.");
  }
  return {
    berth: {
      // What simulated nodes have run is nothing that a real one could go on with.
      state: node === "real" ? join(stateFolder(), "real-node") : stateFolder(),
      cluster,
      node,
      ...(port === undefined ? {} : { port }),
      ...(routerPort === undefined ? {} : { routerPort }),
      ...(nodes === undefined ? {} : { nodes }),
    },
    demo: !values["no-demo"],
    bare: values.bare,
    blueprint: values.blueprint,
  };
}

interface DemoWorkspace {
  readonly id: string;
  readonly url: string;
  readonly owner: string;
}

/** Gives the demo user a workspace, or wakes theirs, and shows the operation's log as it goes. */
async function provisionDemo({ url, token, cluster }: Berth, blueprint: string): Promise<DemoWorkspace> {
  const client = createClient(url, token);
  return terminal.step("Provision a workspace for the user demo", async (note) => {
    const found = await client.find("demo", blueprint);
    const { workspace, operation } = found
      ? await client.start(found.id)
      : await client.create({ owner: "demo", handle: "demo", blueprint, parameters: fitting(cluster.kind, blueprint) });
    if (operation) {
      for await (const line of client.follow(operation.id)) note(line);
      const { outcome, error, timings } = await client.operation(operation.id);
      if (outcome !== "succeeded")
        throw new SetupError(`The workspace was not provisioned: ${error?.message ?? outcome ?? "no outcome"}`);
      note(
        Object.entries(timings)
          .map(([phase, ms]) => `${phase} ${formatDuration(ms)}`)
          .join(", "),
      );
    } else note("was there and runs");
    return workspace;
  });
}

/** A desktop that fits a small machine beside what else runs there; simulated nodes have room for any. */
function fitting(kind: ClusterKind, blueprint: string): Readonly<Record<string, string>> {
  return kind === "real" && blueprint === "desktop" ? { cpuRequest: "250m", memoryRequest: "1Gi" } : {};
}

function showNextSteps(
  { state, url, routerUrl, token, kubeconfig, pulumi, cluster }: Berth,
  workspace: DemoWorkspace | undefined,
  ms: number,
): void {
  terminal.line();
  terminal.heading(colors.green(`Ready after ${formatDuration(ms)}.`));
  terminal.line();
  terminal.table([
    ["what", "where"],
    ["API", url],
    ["API description", `${url}/openapi.json`],
    ["router", `${routerUrl}  (workspaces: http://<name>.workspace.localhost:${new URL(routerUrl).port})`],
    ["admin token", `${token.slice(0, 4)}…  in ${state}/admin-token`],
    ...(workspace ? [["demo workspace", `${workspace.id}  ${workspace.url}`]] : []),
    ["kubeconfig", kubeconfig],
    [
      "Kubernetes plugin",
      pulumi.provider.standIn ? "a stand-in (the official one cannot be had here)" : "the official one",
    ],
    ["logs", `${state}/logs`],
  ]);
  terminal.line();
  terminal.line("  Try it, in a second terminal:");
  terminal.line(colors.cyan(`    export BERTH=${url} TOKEN=$(cat ${state}/admin-token)`));
  terminal.line(colors.cyan(`    curl -s -H "Authorization: Bearer $TOKEN" $BERTH/v1/workspaces`));
  terminal.line(
    colors.cyan(
      `    curl -s -X POST "$BERTH/v1/workspaces?wait=60" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"owner":"alice","handle":"alice","blueprint":"home"}'`,
    ),
  );
  if (workspace) {
    terminal.line(
      colors.cyan(
        `    curl -s -X POST "$BERTH/v1/workspaces/${workspace.id}/access" -H "Authorization: Bearer $TOKEN"`,
      ),
    );
    terminal.line(colors.cyan(`    kubectl --kubeconfig ${kubeconfig} -n ${workspace.id} get all,pvc,networkpolicy`));
  }
  terminal.line();
  terminal.line(`  ${aboutNodes[cluster.kind]}`);
  terminal.line("  Ctrl-C stops everything; the state stays for the next start.");
}

const aboutNodes: Readonly<Record<ClusterKind, string>> = {
  simulated:
    "The nodes are simulated: pods are scheduled and Ready, but no container runs; the router lets you in, and says that nothing answers there. `npm start -- --node real` runs them.",
  real: "The node is real: containers run on this machine, fenced by namespaces, control groups and network policies.",
  existing: "Workspaces run on the nodes of that cluster.",
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    terminal.line();
    const told = error instanceof SetupError || (error instanceof TypeError && "code" in error);
    terminal.line(
      colors.red(error instanceof Error ? (told ? error.message : (error.stack ?? error.message)) : String(error)),
    );
    process.exitCode = 1;
  },
);

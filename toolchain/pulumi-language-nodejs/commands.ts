/** The program in `@pulumi/pulumi/cmd` that a command runs. */
type Runner = "run" | "run-policy-pack" | "run-plugin";

/** A Node program to start. */
export interface Command {
  /** The folder that it runs in, from which `@pulumi/pulumi` is found. */
  readonly folder: string;
  readonly runner: Runner;
  readonly nodeArguments: readonly string[];
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The options of `runtime:` in Pulumi.yaml and PulumiPolicy.yaml. */
export type RuntimeOptions = Readonly<Record<string, unknown>>;

/** What the engine asks to run a program with. */
export interface ProgramRequest {
  readonly folder: string;
  readonly rootFolder: string;
  readonly entryPoint: string;
  readonly options: RuntimeOptions;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly parallel: number;
  readonly dryRun: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly configSecretKeys: readonly string[];
  readonly arguments: readonly string[];
}

/** How to run a program: `pulumi up`, `preview`, `destroy --run-program`. */
export function programCommand(request: ProgramRequest): Command {
  const flags: readonly (readonly [string, string])[] = [
    ["monitor", request.monitorAddress],
    ["engine", request.engineAddress],
    ["organization", request.organization],
    ["project", request.project],
    ["root-directory", request.rootFolder],
    ["stack", request.stack],
    ["pwd", request.folder],
    ["parallel", String(request.parallel)],
  ];
  return {
    folder: request.folder,
    runner: "run",
    nodeArguments: nodeArguments(request.options),
    arguments: [
      ...flags.filter(([, value]) => value !== "").map(([name, value]) => `--${name}=${value}`),
      ...(request.dryRun ? ["--dry-run"] : []),
      request.entryPoint,
      ...request.arguments,
    ],
    environment: {
      PULUMI_CONFIG: JSON.stringify(request.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.configSecretKeys),
      ...typescript(request.options),
    },
  };
}

/** What the engine asks to run a plugin with: a policy pack, or a provider written for Node. */
export interface PluginRequest {
  readonly kind: string;
  readonly folder: string;
  readonly entryPoint: string;
  readonly options: RuntimeOptions;
  readonly arguments: readonly string[];
  /** Lines of `NAME=value`. */
  readonly environment: readonly string[];
}

/** How to run a plugin. A policy pack is told the engine's address before its own entry point. */
export function pluginCommand(request: PluginRequest): Command {
  const policies = request.kind === "analyzer";
  return {
    folder: request.folder,
    runner: policies ? "run-policy-pack" : "run-plugin",
    nodeArguments: nodeArguments(request.options),
    arguments: policies ? [...request.arguments, request.entryPoint] : [request.entryPoint, ...request.arguments],
    environment: {
      ...Object.fromEntries(request.environment.map(splitVariable)),
      ...typescript(request.options),
    },
  };
}

function splitVariable(line: string): [string, string] {
  const end = line.indexOf("=");
  return end < 0 ? [line, ""] : [line.slice(0, end), line.slice(end + 1)];
}

function nodeArguments({ nodeargs }: RuntimeOptions): string[] {
  return typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter((word) => word !== "") : [];
}

/** The SDK compiles TypeScript by itself unless told otherwise. */
function typescript({ typescript }: RuntimeOptions): Record<string, string> {
  return { PULUMI_NODEJS_TYPESCRIPT: String(typescript !== false && typescript !== "false") };
}

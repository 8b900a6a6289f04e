/** What the arguments of a `pulumi` command say that matters before it runs. */
export interface CommandLine {
  /** `preview`, or `stack init` where a command has others below it. */
  readonly command: string;
  /** The stack that is named, by flag or environment. */
  readonly stack?: string;
  /** Whether the command is told where its project or its configuration is. */
  readonly elsewhere: boolean;
}

/** Flags before a command that take their value from the next argument. */
const withValue = new Set([
  "-C",
  "--cwd",
  "--color",
  "-v",
  "--verbose",
  "--tracing",
  "--profiling",
  "--memprofilerate",
]);
const nested = new Set(["stack", "config", "state", "plugin", "policy", "package"]);

/** Reads what is needed of a command line; it never fails, as the CLI says itself what is wrong. */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): CommandLine {
  const words: string[] = [];
  let stack = environment.PULUMI_STACK || undefined;
  let elsewhere = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? "";
    if (argument === "--") break;
    const [, inline] = /^(?:--stack=|-s=?)(.+)$/.exec(argument) ?? [];
    if (argument === "-s" || argument === "--stack") {
      index += 1;
      stack = args[index] ?? stack;
    } else if (inline !== undefined) stack = inline;
    else if (/^(-C|--cwd|--config-file|--remote)\b/.test(argument)) elsewhere = true;
    if (withValue.has(argument)) index += 1;
    else if (!argument.startsWith("-") && argument !== stack) words.push(argument);
  }
  const [first = "", second = ""] = words;
  return {
    command: nested.has(first) && second !== "" ? `${first} ${second}` : first,
    ...(stack === undefined ? {} : { stack }),
    elsewhere,
  };
}

/** The commands that run a program, or act on what it made; each takes `--config-file`. */
export function deploys(command: string): boolean {
  return /^(up|update|preview|pre|refresh|destroy|down|dn|import|watch)$/.test(command);
}

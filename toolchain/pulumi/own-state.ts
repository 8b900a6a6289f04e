import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { keptPassphrase } from "../../provisioner/startup.ts";
import { SetupError } from "../errors.ts";
import { checkout, stateFolder, stateLayout } from "../paths.ts";
import { type CommandLine, deploys } from "./arguments.ts";

/** What a command is run with. */
export interface Run {
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Whether the checkout's own state is to be used: nobody said where the state is, by the environment or by
 * `pulumi login`, and the command is about this checkout's project.
 */
export function usesOwnState(line: CommandLine, environment: Readonly<NodeJS.ProcessEnv>, folder: string): boolean {
  if (environment.PULUMI_BACKEND_URL || environment.PULUMI_ACCESS_TOKEN || line.elsewhere) return false;
  if (/^(login|logout)$/.test(line.command)) return false;
  if (folder !== checkout && !folder.startsWith(checkout + sep)) return false;
  return !isLoggedIn(environment.PULUMI_HOME ?? "");
}

function isLoggedIn(home: string): boolean {
  try {
    const { current }: { current?: unknown } = JSON.parse(readFileSync(join(home, "credentials.json"), "utf8"));
    return typeof current === "string" && current !== "";
  } catch {
    return false;
  }
}

/**
 * Gives a command the state folder's backend and passphrase. A stack that is named and has a `Pulumi.<stack>.yaml` in
 * the checkout is made where it is missing.
 *
 * The CLI writes the salt of a stack's secrets into its configuration. That belongs to this state and not to the
 * checkout, so it goes into a copy, with which the program runs.
 */
export async function withOwnState(
  line: CommandLine,
  { arguments: args, environment }: Run,
  command: string,
  say: (text: string) => void,
): Promise<Run> {
  const state = stateFolder(environment);
  const backend = stateLayout(state).pulumi;
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  const own = {
    ...environment,
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "1",
    ...(environment.PULUMI_CONFIG_PASSPHRASE === undefined && environment.PULUMI_CONFIG_PASSPHRASE_FILE === undefined
      ? { PULUMI_CONFIG_PASSPHRASE: await keptPassphrase(state) }
      : {}),
  };
  const { stack } = line;
  const config = join(checkout, `Pulumi.${stack}.yaml`);
  if (stack === undefined || !/^[\w.-]+$/.test(stack) || !existsSync(config))
    return { arguments: args, environment: own };
  const copies = join(state, "stacks");
  if (!/^stack (init|rm)$/.test(line.command)) await ensureStack(stack, { backend, copies, command, own, say });
  const text = readFileSync(config, "utf8");
  if (!deploys(line.command) || hasSecrets(text)) return { arguments: args, environment: own };
  const copy = join(copies, `Pulumi.${stack}.yaml`);
  const salt = existsSync(copy) ? (/^encryptionsalt: .*$/m.exec(readFileSync(copy, "utf8"))?.[0] ?? "") : "";
  writeFileSync(copy, `${salt}\n${text}`, { mode: 0o600 });
  return { arguments: [...args, "--config-file", copy], environment: own };
}

/** Whether a configuration says itself how its secrets are kept. */
function hasSecrets(text: string): boolean {
  return /^(encryptionsalt|secretsprovider|encryptedkey):/m.test(text);
}

interface Making {
  readonly backend: string;
  /** The folder of the configurations' copies. */
  readonly copies: string;
  readonly command: string;
  readonly own: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

async function ensureStack(stack: string, { backend, copies, command, own, say }: Making): Promise<void> {
  const { name }: { name: string } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8"));
  const folder = join(backend, ".pulumi", "stacks", name);
  if (["json", "json.gz"].some((end) => existsSync(join(folder, `${stack}.${end}`)))) return;
  mkdirSync(copies, { recursive: true, mode: 0o700 });
  // Beside a project file of its own, so that the salt lands there.
  writeFileSync(join(copies, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  try {
    await promisify(execFile)(command, ["stack", "init", stack, "--no-select", "--non-interactive"], {
      cwd: copies,
      env: own,
    });
  } catch (error) {
    const why = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    if (!why.includes("already exists")) throw new SetupError(`The stack ${stack} cannot be made: ${why.trim()}`);
  }
  say(`Made the stack ${stack}; its state is kept in ${backend}.`);
}

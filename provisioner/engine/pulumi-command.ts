import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { EngineError, type EngineEvent } from "./engine.ts";

/** The parts that we read of Pulumi's engine events, one JSON object a line. */
interface PulumiEvent {
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string; readonly ephemeral?: boolean };
  readonly resOutputsEvent?: {
    readonly metadata: { readonly op: string; readonly urn: string; readonly type: string };
  };
  readonly resOpFailedEvent?: { readonly metadata: { readonly op: string; readonly urn: string } };
}

const done: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  "create-replacement": "created again",
  "delete-replaced": "deleted the old",
  import: "took over",
  refresh: "read",
};

function parseEvent(line: string): PulumiEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const event: PulumiEvent = JSON.parse(line);
    return event;
  } catch {
    return undefined;
  }
}

/** Pulumi marks colours in its messages even when told not to use any. */
const plainText = (text: string) => text.replaceAll(/<\{%.*?%\}>/g, "").trim();

/** "urn:pulumi:ws-x::berth::berth:workspace:Workspace$kubernetes:core/v1:Namespace::namespace" → "Namespace namespace" */
function resourceOf(urn: string): string {
  const [type, name] = urn.split("::").slice(2);
  return `${type?.split(/[:$]/).at(-1) ?? "resource"} ${name ?? ""}`.trim();
}

/** Lines that tell the same once more, or only that something went wrong. */
const uninformative = /^(update failed|preview failed|resource .* failed|.*One or more errors occurred)/i;

/** Said at every run. */
const ordinary = /^using pulumi-\S+ from \$PATH/;

/** How long a message to a person may be. */
const longestMessage = 600;

/** The first thing that went wrong, in Pulumi's own words but without its decoration. */
export function shortMessage(errors: readonly string[]): string {
  const texts = errors.map((error) => plainText(error).replace(/^error:\s*/i, "")).filter((text) => text !== "");
  const telling = texts.find((text) => !uninformative.test(text)) ?? texts[0] ?? "Pulumi failed without saying why";
  // A stack trace helps whoever reads the log; the message is for whoever asked for the workspace.
  const withoutTrace = telling.split(/\n\s+at /)[0] ?? telling;
  const lines = withoutTrace.split("\n").map((line) => line.trim());
  const text = lines
    .filter((line) => line !== "")
    .slice(0, 4)
    .join(" ");
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

const pluginGone =
  /error reading from server|transport is closing|exited prematurely|connection refused|code = Unavailable/i;
const halfAFile = /failed to load checkpoint|unexpected end of JSON|snapshot integrity failure/i;

function kindOf(message: string): EngineError["kind"] {
  if (/currently locked by/.test(message)) return "locked";
  return pluginGone.test(message) || halfAFile.test(message) ? "crashed" : "failed";
}

export interface PulumiCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onEvent: (event: EngineEvent) => void;
}

/** Runs the CLI once, passes on what happens, and rejects with an `EngineError` when it does not end well. */
export async function runPulumi({ command, args, folder, environment, onEvent }: PulumiCommand): Promise<void> {
  const child = spawn(command, [...args, "--non-interactive", "--color", "never"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  const output: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = parseEvent(line);
    const { diagnosticEvent: diagnostic, resOutputsEvent: outputs, resOpFailedEvent: failed } = event ?? {};
    if (diagnostic !== undefined && diagnostic.ephemeral !== true && !ordinary.test(diagnostic.message)) {
      const message = plainText(diagnostic.message);
      if (diagnostic.severity === "error") {
        errors.push(message);
        onEvent({ level: "error", message });
      } else if (diagnostic.severity === "warning") onEvent({ level: "warn", message });
      else if (diagnostic.severity !== "debug") onEvent({ level: "info", message });
    }
    if (outputs !== undefined) {
      const verb = done[outputs.metadata.op];
      if (verb !== undefined && outputs.metadata.type !== "pulumi:pulumi:Stack") {
        onEvent({ level: "info", message: `${verb} ${resourceOf(outputs.metadata.urn)}` });
      }
    }
    if (failed !== undefined) {
      onEvent({ level: "error", message: `could not ${failed.metadata.op} ${resourceOf(failed.metadata.urn)}` });
    }
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (output.length < 50) output.push(line);
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on("error", (error) => reject(new EngineError("failed", `cannot start the Pulumi CLI: ${error.message}`)));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  if (code === 0) return;
  if (signal !== null) throw new EngineError("crashed", `the Pulumi CLI was ended by ${signal}`);
  const all = [...errors, output.join("\n")];
  const message = shortMessage(errors.length > 0 ? errors : [output.join("\n")]);
  throw new EngineError(kindOf(all.join("\n")), message);
}

import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { SetupError } from "./errors.ts";
import { cacheFolder, checkout, stateFolder, stateLayout } from "./paths.ts";
import { describePlatform } from "./platform/platform.ts";
import { isPrepared } from "./prepare.mjs";
import { createTerminal, formatSize } from "./terminal.ts";
import { type ToolName, toolNames } from "./tools/catalog.ts";
import { findStored, listStored } from "./tools/store.ts";
import { ensureTools, toolVersion } from "./tools.ts";
import { versions } from "./versions.ts";

const usage = `npm run doctor [-- --get]

Says what set-up has got, from where, what is missing and how to get it.
  --get   gets what is missing

Ends with exit code 1 when something is missing.`;

const terminal = createTerminal(process.stdout);
const { colors } = terminal;

const { values } = parseArgs({ options: { get: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main(values.get ?? false);

async function main(get: boolean): Promise<number> {
  if (get) {
    try {
      await ensureTools(toolNames, terminal);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      terminal.warn(error.message);
    }
  }
  const go = await version("go", ["version"], /go(\d[\w.]*)/);
  const missing = toolNames.filter((name) => !findStored(name));
  const packages = isPrepared(checkout);

  terminal.heading("This machine");
  terminal.table([
    ["", "version", "state", ""],
    [
      "node",
      process.versions.node,
      sign(process.versions.node === versions.node),
      `wanted: ${versions.node}, from npm`,
    ],
    ["npm packages", "", sign(packages), packages ? "as in package-lock.json" : "get them: npm ci"],
    ["go", go ?? "", go ? sign(true) : colors.dim("–"), go ? "" : "only needed where the downloads cannot be reached"],
  ]);
  terminal.line();
  terminal.heading("Tools");
  terminal.table([["tool", "version", "state", "from", "size", "path"], ...toolNames.map(describe)]);
  terminal.line();
  terminal.heading("Folders");
  terminal.table([
    ["", "", ""],
    ["cache", cacheFolder(), "tools, shared by all checkouts (BERTH_CACHE)"],
    ["state", stateFolder(), "what this checkout's platform keeps (BERTH_STATE)"],
    ["platform", await describePlatform(stateLayout().platform), ""],
  ]);
  noteOthers();
  terminal.line();
  if (missing.length === 0 && packages) {
    terminal.line(colors.green("Everything is there."));
    return 0;
  }
  if (missing.length > 0) {
    terminal.line(`Missing: ${missing.join(", ")}. Get them with \`npm run doctor -- --get\`;`);
    terminal.line("`npm start` and `npm test` get what they need by themselves.");
    if (!go) terminal.line("Where the official downloads cannot be reached, that needs Go: https://go.dev/dl");
  }
  return 1;
}

function describe(name: ToolName): string[] {
  const found = findStored(name);
  if (!found) return [name, toolVersion(name), sign(false), "not got yet", "", ""];
  const { origin, from } = found.origin;
  return [name, found.version, sign(true), `${origin}: ${from}`, formatSize(found.size()), found.path];
}

function sign(good: boolean): string {
  return good ? colors.green("there") : colors.red("missing");
}

/** Versions in the cache that this checkout does not use. */
function noteOthers(): void {
  const used = new Set(toolNames.map((name) => findStored(name)?.path));
  const others = listStored().filter(({ path }) => !used.has(path));
  if (others.length === 0) return;
  const size = formatSize(others.reduce((sum, other) => sum + other.size, 0));
  terminal.line();
  terminal.info(`The cache holds ${size} of versions that this checkout does not use; they can be removed:`);
  for (const { folder } of others) terminal.info(`  rm -r ${folder}`);
}

/** The version that a program prints; undefined when it is not there. */
async function version(command: string, args: string[], pattern: RegExp): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, args);
    return pattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

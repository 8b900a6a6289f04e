import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { z } from "zod";
import { SetupError } from "../errors.ts";
import { checkout } from "../paths.ts";
import { documentDeclarations, documentedTypes } from "./documented-types.ts";
import { type Entry, entryText, packageEntries } from "./entries.ts";
import { packagesOf } from "./imports.ts";
import { entryPath, type Manifest, packageManifest } from "./manifest.ts";

/** Builds the package into a folder, in place of an earlier one: JavaScript, types, package.json, README and license. */
export async function buildPackage(folder: string): Promise<Manifest> {
  refuseForeign(folder);
  rmSync(folder, { recursive: true, force: true });
  // First of all, so that a build that was cut short is known for ours.
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "berth" }));
  const entries = await packageEntries();
  const modules = entries.flatMap(({ exports }) => exports.map(({ module }) => join(checkout, module)));
  await compile([...new Set(modules)], folder);
  for (const entry of entries) writeEntry(entry, folder);

  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .map((file) => join(folder, file));
  const manifest = packageManifest(entries, new Set(files.flatMap((file) => [...packagesOf(file)])));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(checkout, "toolchain", "package", "README.md"), join(folder, "README.md"));
  copyFileSync(join(checkout, "LICENSE"), join(folder, "LICENSE"));
  return manifest;
}

/** Compiles modules and all that they import, and writes their options' meanings into the declarations. */
async function compile(modules: readonly string[], outDir: string): Promise<void> {
  const config = readConfig(outDir);
  const program = ts.createProgram(modules, config);
  const diagnostics = ts.getPreEmitDiagnostics(program);
  const outputs: { readonly path: string; readonly text: string; readonly source: ts.SourceFile | undefined }[] = [];
  const emitted = program.emit(undefined, (path, text, _mark, _error, sources) => {
    outputs.push({ path, text, source: sources?.[0] });
  });
  const errors = [...diagnostics, ...emitted.diagnostics];
  if (errors.length > 0) {
    const host = { getCanonicalFileName: String, getCurrentDirectory: () => checkout, getNewLine: () => "\n" };
    throw new SetupError(`The package does not compile:\n${ts.formatDiagnostics(errors, host)}`);
  }
  const checker = program.getTypeChecker();
  for (const { path, text, source } of outputs) {
    mkdirSync(dirname(path), { recursive: true });
    const types = path.endsWith(".d.ts") && source ? await typesOf(source, checker) : new Map<string, string>();
    const finished = path.endsWith(".d.ts") ? documentDeclarations(text, types) : text;
    writeFileSync(path, path.endsWith(".map") ? besideItsSource(finished) : finished);
  }
}

/** A source map, which holds its source: where that lies on the machine that builds says nothing to others. */
function besideItsSource(text: string): string {
  const map = z.looseObject({ sources: z.array(z.string()) }).parse(JSON.parse(text));
  return JSON.stringify({ ...map, sources: map.sources.map((source) => basename(source)) });
}

async function typesOf(source: ts.SourceFile, checker: ts.TypeChecker): Promise<ReadonlyMap<string, string>> {
  // Only who derives types from schemas is run: what imports Pulumi takes a second.
  if (!/=\s*z\.(infer|input|output)</.test(source.text)) return new Map();
  const exports = z.record(z.string(), z.unknown()).parse({ ...(await import(pathToFileURL(source.fileName).href)) });
  return documentedTypes(source, checker, exports);
}

function readConfig(outDir: string): ts.CompilerOptions {
  const path = join(checkout, "tsconfig.package.json");
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, checkout, { outDir }, path);
  const [problem] = [...(error ? [error] : []), ...parsed.errors];
  if (problem)
    throw new SetupError(`tsconfig.package.json: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`);
  return parsed.options;
}

function writeEntry(entry: Entry, folder: string): void {
  const path = join(folder, entryPath(entry));
  mkdirSync(dirname(path), { recursive: true });
  const toModule = (module: string): string => {
    const target = join(folder, module.replace(/\.ts$/, ".js"));
    if (!existsSync(target)) throw new Error(`${module} was not built.`);
    const from = relative(dirname(path), target);
    return from.startsWith(".") ? from : `./${from}`;
  };
  writeFileSync(`${path}.js`, entryText(entry, "javascript", toModule));
  writeFileSync(`${path}.d.ts`, entryText(entry, "declarations", toModule));
}

/** Refuses to empty a folder that holds something else than a package of ours. */
function refuseForeign(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  const manifest = join(folder, "package.json");
  const held: unknown = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : undefined;
  if (typeof held === "object" && held !== null && "name" in held && held.name === "berth") return;
  throw new SetupError(`${folder} holds something else, and would be emptied: name another folder with --out.`);
}

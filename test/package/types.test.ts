import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";
import { compilerOptions } from "./program.ts";
import { installedManifest, installedProject, type Project } from "./project.ts";

let project: Project;
let service: ts.LanguageService;

const hovered = `import { Network } from "berth/network";
new Network("n", {
  region: "eu-central-1",
  spec: { cidr: "10.20.0.0/16", zones: ["eu-central-1a", "eu-central-1b"], nat: "one", flowLogs: { retentionDays: 30 } },
});
`;

/** A type that a module of the checkout derives from a schema. */
interface Derived {
  readonly module: string;
  readonly type: string;
  readonly how: string;
  readonly schema: string;
}

const derivedTypes: readonly Derived[] = readdirSync(join(checkout, "components"), {
  recursive: true,
  encoding: "utf8",
})
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => {
    const text = readFileSync(join(checkout, "components", file), "utf8");
    const found = text.matchAll(/^export type (?<type>\w+) = z\.(?<how>\w+)<typeof (?<schema>\w+)>;$/gm);
    return [...found].map(({ groups: { type = "", how = "", schema = "" } = {} }) => {
      return { module: `components/${file.replace(/\.ts$/, "")}`, type, how, schema };
    });
  });

beforeAll(async () => {
  project = await installedProject(inject("archive"));
  const files = [
    project.write("src/hovered.ts", hovered),
    project.write("src/all.ts", everyImport()),
    project.write("src/same.ts", sameTypes()),
  ];
  service = languageService(files);
});
afterAll(async () => {
  service?.dispose();
  await project?.dispose();
});

/** A module that imports all that there is to import, and all that the documents and examples do. */
function everyImport(): string {
  const names = Object.keys(installedManifest(project).exports).filter((subpath) => subpath !== "./package.json");
  const entries = names.map((subpath) => `import ${JSON.stringify(subpath.replace(/^\./, "berth"))};`);
  const written = documents().flatMap((text) => [
    ...text.matchAll(/^import (?:type )?\{(?<names>[^}]*)\} from "(?<from>berth(?:\/[^"]*)?)";$/gm),
  ]);
  const taken = new Set(
    written.flatMap(({ groups: { names: list = "", from = "" } = {} }) =>
      list.split(",").map((name) => `${name.trim().replace(/^type | as .*$/g, "")} from "${from}"`),
    ),
  );
  // Several documents import the same name.
  const renamed = [...taken]
    .filter((one) => !one.startsWith(" "))
    .map((one, index) => `export { ${one.replace(" from ", ` as taken${index} } from `)};`);
  return [...entries, ...renamed].join("\n");
}

/** Texts that show how the package is imported. */
function documents(): readonly string[] {
  const folders = ["docs", "examples", join("toolchain", "package")].map((folder) => join(checkout, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return files
    .filter((file) => /\.(md|ts)$/.test(file) && !file.includes("node_modules"))
    .map((file) => readFileSync(file, "utf8"));
}

/** A module that compiles where each type in the package is the one that its schema gives. */
function sameTypes(): string {
  const lines = derivedTypes.map(({ module, type, how, schema }, index) => {
    const from = `"../node_modules/berth/${module}.js"`;
    return [
      `import { type ${type} as T${index}, type ${schema} as s${index} } from ${from};`,
      `export const ${type}${index}: Same<T${index}, z.${how}<typeof s${index}>> = true;`,
    ].join("\n");
  });
  const same = "(<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false";
  return [`import type { z } from "zod";`, `type Same<A, B> = ${same};`, ...lines].join("\n");
}

/** What an editor asks. */
function languageService(files: readonly string[]): ts.LanguageService {
  const { options, errors } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, module: "nodenext", skipLibCheck: false, noEmit: true },
    project.folder,
  );
  if (errors.length > 0) throw new Error(errors.map(({ messageText }) => String(messageText)).join("\n"));
  return ts.createLanguageService({
    getScriptFileNames: () => [...files],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => project.folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
  });
}

function problemsIn(path: string): readonly string[] {
  const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
  return found.map(
    ({ messageText }) => `${relative(project.folder, path)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
}

test("the declarations are right by themselves, down to the last one", () => {
  const files = service.getProgram()?.getSourceFiles() ?? [];
  const own = files.map(({ fileName }) => fileName).filter((path) => path.includes("/node_modules/berth/"));
  expect(own.length).toBeGreaterThan(100);
  expect(own.flatMap(problemsIn)).toEqual([]);
});

test("every name can be imported, and what the documents and examples import is there", () => {
  const path = join(project.folder, "src", "all.ts");
  const [, ...lines] = ts.sys.readFile(path)?.split("\n") ?? [];
  expect(lines.filter((line) => line.includes(" from ")).length).toBeGreaterThan(10);
  expect(problemsIn(path)).toEqual([]);
});

test("types that are written out are those that the schemas give", () => {
  expect(derivedTypes.length).toBeGreaterThan(40);
  expect(problemsIn(join(project.folder, "src", "same.ts"))).toEqual([]);
  const left = derivedTypes.filter(({ module }) => {
    const path = join(project.folder, "node_modules", "berth", `${module}.d.ts`);
    return /^export type \w+ = z\./m.test(readFileSync(path, "utf8"));
  });
  expect(left).toEqual([]);
});

test.each([
  [
    "nat",
    '(property) nat?: "one" | "none" | "one-per-zone" | undefined',
    "Ways out to the internet for nodes and pods: one NAT gateway (a failed zone takes every way out with it), one per " +
      "zone, or none. Without any, workspaces have no internet, images come from ECR alone, and neither Let's Encrypt nor a " +
      "Cloudflare Tunnel can be reached; nodes then need endpoints.",
    [["default", '"one"']],
  ],
  [
    "retentionDays",
    "(property) retentionDays?: number | undefined",
    "Days that they are kept.",
    [
      ["default", "30"],
      ["example", "30"],
    ],
  ],
  [
    "zones",
    "(property) zones: string[]",
    "Availability zones, two or three, by their whole names and in any order. A third may come later, if its letter comes " +
      "after the others': begin with a and b. Others cannot be changed: volumes are zonal.",
    [["example", '["eu-central-1a","eu-central-1b"]']],
  ],
])("an editor that hovers over %s shows what it means", (option, is, means, tags) => {
  const path = join(project.folder, "src", "hovered.ts");
  const shown = service.getQuickInfoAtPosition(path, hovered.indexOf(`${option}: `));
  expect({
    is: ts.displayPartsToString(shown?.displayParts),
    means: ts.displayPartsToString(shown?.documentation),
    tags: shown?.tags?.map(({ name, text }) => [name, ts.displayPartsToString(text)]) ?? [],
  }).toEqual({ is: expect.stringContaining(is), means, tags });
});

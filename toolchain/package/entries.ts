import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { checkout } from "../paths.ts";

/** What is imported by one name, such as `berth/network`. */
export interface Entry {
  /** `.`, `./network`, `./policies/rules/aws-eks-cluster/encrypt-secrets`. */
  readonly subpath: string;
  readonly exports: readonly Export[];
}

/** Names of one module, or all of them. */
export interface Export {
  /** Path in the checkout. */
  readonly module: string;
  readonly values: readonly string[] | "all";
  readonly types: readonly string[];
}

/** Modules of the cost model that are meant for others; those beside them are its own. */
const costModules = ["estimate", "prices", "workspace", "platform", "resources", "budget"] as const;

/** Modules by which others judge and assemble; `pack` alone needs `@pulumi/policy`, so it has a name of its own. */
const policyModules = ["rule", "settings", "judge", "rules/index"] as const;

/**
 * All that the package offers. What `components/index.ts` names is public, and nothing else: each folder has a name,
 * and so has each of its files with a component, for who must not install what the others of the folder need.
 */
export async function packageEntries(): Promise<readonly Entry[]> {
  const root = publicNames(join("components", "index.ts"));
  return [
    { subpath: ".", exports: root },
    ...folderEntries(root),
    { subpath: "./cost", exports: whole(join("components", "core", "cost"), costModules) },
    { subpath: "./policies", exports: whole("policies", policyModules) },
    { subpath: "./policies/pack", exports: whole("policies", ["pack"]) },
    ...(await ruleEntries()),
  ];
}

function folderEntries(root: readonly Export[]): readonly Entry[] {
  const folders = Map.groupBy(root, ({ module }) => nameOf(module).split("/")[0] ?? "");
  return [...folders].flatMap(([folder, exports]) => {
    const withValues = exports.filter(({ values }) => values.length > 0);
    const types = exports.filter(({ values }) => values.length === 0);
    const single = withValues.length > 1 ? withValues : [];
    return [
      { subpath: `./${folder}`, exports },
      ...single.map((one) => ({ subpath: `./${nameOf(one.module)}`, exports: [one, ...types] })),
    ];
  });
}

/** A module as it is imported: without `components`, ending and `index`. */
function nameOf(module: string): string {
  return module.replace(/^components\//, "").replace(/(\/index)?\.ts$/, "");
}

function whole(folder: string, modules: readonly string[]): readonly Export[] {
  return modules
    .map((name) => join(folder, `${name}.ts`))
    .filter((module) => existsSync(join(checkout, module)))
    .map((module) => ({ module, values: "all", types: [] }));
}

/** Each file that exports a rule, by its type and verb; what rules share has no name. */
async function ruleEntries(): Promise<readonly Entry[]> {
  const folder = join("policies", "rules");
  const files = readdirSync(join(checkout, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /^[^/]+\/[^/]+\.ts$/.test(file))
    .sort();
  const entries = await Promise.all(
    files.map(async (file): Promise<readonly Entry[]> => {
      const module = join(folder, file);
      const exports: object = await import(pathToFileURL(join(checkout, module)).href);
      if (!Object.values(exports).some(isRule)) return [];
      const subpath = `./${module.replace(/\.ts$/, "")}`;
      return [{ subpath, exports: [{ module, values: "all", types: [] }] }];
    }),
  );
  return entries.flat();
}

function isRule(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && "severity" in value && ("check" in value || "checkStack" in value);
}

/** The names that a file of nothing but `export … from` passes on. */
function publicNames(path: string): readonly Export[] {
  const text = readFileSync(join(checkout, path), "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return file.statements.map((statement) => {
    const isFrom = ts.isExportDeclaration(statement) && statement.moduleSpecifier && statement.exportClause;
    if (!isFrom || !ts.isStringLiteral(statement.moduleSpecifier) || !ts.isNamedExports(statement.exportClause)) {
      throw new Error(`${path} may only pass on names (export { … } from …), and has: ${statement.getText()}`);
    }
    const all = statement.exportClause.elements.map((element) => ({
      name: element.name.text,
      isType: statement.isTypeOnly || element.isTypeOnly,
    }));
    return {
      module: join("components", statement.moduleSpecifier.text),
      values: all.filter(({ isType }) => !isType).map(({ name }) => name),
      types: all.filter(({ isType }) => isType).map(({ name }) => name),
    };
  });
}

/** The module that an entry is, as text: as JavaScript, or as its declarations. `toModule` says how a module is named. */
export function entryText(
  { exports }: Entry,
  kind: "javascript" | "declarations",
  toModule: (module: string) => string,
): string {
  const lines = exports.flatMap(({ module, values, types }) => {
    const from = JSON.stringify(toModule(module));
    if (values === "all") return [`export * from ${from};`];
    const names = kind === "javascript" ? values : [...values, ...types.map((name) => `type ${name}`)];
    return names.length === 0 ? [] : [`export { ${names.join(", ")} } from ${from};`];
  });
  // Without any statement a file would be no module.
  return `${(lines.length === 0 ? ["export {};"] : lines).join("\n")}\n`;
}

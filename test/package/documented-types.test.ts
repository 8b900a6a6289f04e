import ts from "typescript";
import { expect, test } from "vitest";
import { z } from "zod";
import { documentDeclarations, documentedTypes } from "../../toolchain/package/documented-types.ts";

const way = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("mail"), to: z.string().describe("Address") }),
  z.strictObject({ kind: z.literal("hook"), to: z.string().describe("URL") }),
]);
const spec = z.strictObject({
  name: z
    .string()
    .describe("Name of it, or */ of another")
    .meta({ examples: ["mine"] }),
  seconds: z.int().min(1).max(60).default(30).describe("Seconds until it gives up"),
  ways: z.array(way).optional(),
  sizes: z.record(z.string(), z.strictObject({ cpu: z.number().min(0).describe("CPUs") })).default({}),
  "kept-for": z.union([z.literal(false), z.string()]).describe("How long; or false."),
});

const source = `import { z } from "zod";
const way = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("mail"), to: z.string() }),
  z.strictObject({ kind: z.literal("hook"), to: z.string() }),
]);
export const spec = z.strictObject({
  name: z.string(),
  seconds: z.int().min(1).max(60).default(30),
  /** Ways to tell. */
  ways: z.array(way).optional(),
  sizes: z.record(z.string(), z.strictObject({ cpu: z.number().min(0) })).default({}),
  "kept-for": z.union([z.literal(false), z.string()]),
});
export type SpecInput = z.input<typeof spec>;
export type Other = string;
`;

/** The source, as if it lay beside this file. */
function compiled(): { readonly file: ts.SourceFile; readonly checker: ts.TypeChecker } {
  const path = `${import.meta.dirname}/source-of-a-test.ts`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2024, true) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error("The source is not in its program.");
  return { file, checker: program.getTypeChecker() };
}

test("types of schemas are written out with what the schemas say", () => {
  const { file, checker } = compiled();
  const types = documentedTypes(file, checker, { spec, way });
  expect(Object.fromEntries(types)).toEqual({
    SpecInput: `{
  /**
   * Name of it, or *\\/ of another.
   * @example "mine"
   */
  name: string;
  /**
   * How long; or false.
   */
  "kept-for": string | false;
  /**
   * Seconds until it gives up.
   * From 1 to 60.
   * @default 30
   */
  seconds?: number | undefined;
  /**
   * Ways to tell.
   */
  ways?: ({
    kind: "mail";
    /**
     * Address.
     */
    to: string;
  } | {
    kind: "hook";
    /**
     * URL.
     */
    to: string;
  })[] | undefined;
  /**
   * @default {}
   */
  sizes?: {
    [name: string]: {
      /**
       * CPUs.
       * At least 0.
       */
      cpu: number;
    };
  } | undefined;
}`,
  });
});

test("declarations take the types, and import JavaScript", () => {
  const text = `import type { A } from "./a.ts";
export declare const b: import("../b/b.ts").B;
export { c } from "c.ts";
export type SpecInput = z.input<typeof spec>;
export type Other = z.input<typeof other>;
`;
  expect(documentDeclarations(text, new Map([["SpecInput", "{ a: A }"]]))).toBe(`import type { A } from "./a.js";
export declare const b: import("../b/b.js").B;
export { c } from "c.ts";
export type SpecInput = { a: A };
export type Other = z.input<typeof other>;
`);
});

import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application, type Comment, Converter, type DeclarationReflection, ReflectionKind } from "typedoc";
import { checkout } from "../paths.ts";
import { writeStubs } from "./stubs.ts";
import { leftToCompiler, writtenType } from "./written-type.ts";

/** An argument, an output, a child. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  /** What its docstring says, on one line; empty without one. */
  readonly about: string;
  /** What its `@default` says. */
  readonly otherwise: string;
  /** Members of its own, where its type is written in its place. */
  readonly members: readonly Member[];
}

/** Something that `components/index.ts` exports. */
export interface Entry {
  readonly kind: "class" | "interface" | "type" | "function" | "value";
  readonly name: string;
  /** Path from the checkout. */
  readonly file: string;
  /** Its docstring as Markdown; empty without one. */
  readonly about: string;
  readonly example: string;
  readonly members: readonly Member[];
  /** As it is written: type of a value, what a type stands for, signature of a function. */
  readonly type: string;
  /** Type of a component in a stack's state: `berth:network:Network`. */
  readonly token: string | undefined;
  /** Name of the interface of a component's arguments. */
  readonly args: string | undefined;
}

/** All that `components/index.ts` exports, as TypeDoc understands it. */
export async function readEntries(): Promise<readonly Entry[]> {
  const folder = await mkdtemp(join(tmpdir(), "berth-reference-"));
  try {
    const app = await Application.bootstrap({
      entryPoints: [join(checkout, "components", "index.ts")],
      tsconfig: writeStubs(folder),
      // The whole project is checked by `tsc`; here Pulumi's packages are only names.
      skipErrorChecking: true,
      excludeExternals: true,
      excludePrivate: true,
      excludeInternal: true,
      disableGit: true,
      sourceLinkTemplate: "{path}",
      basePath: checkout,
      readme: "none",
      sort: ["source-order"],
      jsDocCompatibility: { defaultTag: false, exampleTag: false },
      logLevel: "Error",
    });
    // As they are written: TypeDoc would put what an alias stands for in its place, a page for each spec.
    const types = new Map<number, string>();
    app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
      const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
      if (declaration !== undefined) types.set(reflection.id, writtenType(declaration));
    });
    const project = await app.convert();
    if (project === undefined || app.logger.hasErrors()) throw new Error("TypeDoc cannot read components/index.ts.");
    return (project.children ?? []).map((child) => entryOf(child, types));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Types = ReadonlyMap<number, string>;

function entryOf(reflection: DeclarationReflection, types: Types): Entry {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  const made = reflection.getChildByName("constructor");
  const [, args] = made?.isDeclaration() ? (made.signatures?.[0]?.parameters ?? []) : [];
  return {
    kind: kindOf(reflection),
    name: reflection.name,
    file: reflection.sources?.[0]?.fileName ?? "",
    about: textOf(comment?.summary),
    example: tagOf(comment, "@example"),
    members: membersOf(reflection.children?.filter(isOwn), types),
    type: (types.get(reflection.id) ?? "").replace(leftToCompiler, () => inferredType(reflection, types)),
    token: tokenOf(reflection),
    args: args?.name === "args" ? args.type?.toString() : undefined,
  };
}

function tokenOf({ name, kind, sources }: DeclarationReflection): string | undefined {
  const file = sources?.[0]?.fileName;
  if (kind !== ReflectionKind.Class || file === undefined) return undefined;
  const [, body = ""] = readFileSync(join(checkout, file), "utf8").split(`class ${name} `);
  return /super\("(berth:[^"]+)"/.exec(body)?.[1];
}

function kindOf({ kind, name }: DeclarationReflection): Entry["kind"] {
  if (kind === ReflectionKind.Class) return "class";
  if (kind === ReflectionKind.Interface) return "interface";
  if (kind === ReflectionKind.TypeAlias) return "type";
  if (kind === ReflectionKind.Function) return "function";
  if (kind === ReflectionKind.Variable) return "value";
  throw new Error(`${name} is of a kind that the reference does not show: ${ReflectionKind[kind]}.`);
}

function membersOf(reflections: readonly DeclarationReflection[] = [], types: Types): readonly Member[] {
  return reflections
    .filter(({ kind }) => kind !== ReflectionKind.Constructor)
    .map((reflection) => {
      const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
      return {
        name: reflection.name,
        type: types.get(reflection.id) || (reflection.type?.toString() ?? ""),
        optional: reflection.flags.isOptional,
        about: oneLine(textOf(comment?.summary)),
        otherwise: oneLine(tagOf(comment, "@default")),
        members: reflection.type?.type === "reflection" ? membersOf(reflection.type.declaration.children, types) : [],
      };
    });
}

/** Whether it is no base class's: what Pulumi gives every component is told by Pulumi. */
function isOwn({ parent, inheritedFrom }: DeclarationReflection): boolean {
  return parent?.kind !== ReflectionKind.Class || inheritedFrom === undefined;
}

/** What a function gives, where only the compiler says so: by its name, if there is one, and never a page of text. */
function inferredType({ name, parent, signatures }: DeclarationReflection, types: Types): string {
  const all = parent?.isProject() ? (parent.children ?? []) : [];
  const named = all.find(({ id }) => types.get(id) === `ReturnType<typeof ${name}>`);
  const text = signatures?.[0]?.type?.toString() ?? "";
  return named?.name ?? (text.length <= 300 ? text : "object");
}

function tagOf(comment: Comment | undefined, tag: `@${string}`): string {
  return textOf(comment?.getTag(tag)?.content).trim();
}

function textOf(parts: Comment["summary"] = []): string {
  return parts
    .map(({ text }) => text)
    .join("")
    .trim();
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

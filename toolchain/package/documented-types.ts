import ts from "typescript";
import { z } from "zod";
import { defaultOf, innerSchema, metaOf, partOf } from "../../components/core/schema.ts";

/** A module's exports, at run time. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The types that a module derives from its schemas (`z.infer`, `z.input`, `z.output`), written out: each option with
 * its meaning, default and examples as comments. Editors show comments, and know nothing of `.describe()`.
 *
 * What a type is comes from the compiler, and only what is said of it from the schema: so it stays the same type.
 */
export function documentedTypes(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  exports: Exports,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const statement of file.statements) {
    const derived = derivedType(statement);
    const schema = derived && exports[derived.schema];
    if (derived === undefined || !(schema instanceof z.ZodType)) continue;
    const type = checker.getTypeAtLocation(derived.alias.name);
    const writer = new Writer(checker, derived.alias, derived.side);
    found.set(derived.alias.name.text, writer.write(type, schema, ""));
  }
  return found;
}

/** The text of a module's declarations with the derived types replaced, and with imports of JavaScript. */
export function documentDeclarations(text: string, types: ReadonlyMap<string, string>): string {
  const file = ts.createSourceFile("declarations.d.ts", text, ts.ScriptTarget.Latest, true);
  const changes: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  for (const statement of file.statements) {
    const derived = derivedType(statement);
    const documented = derived && types.get(derived.alias.name.text);
    if (derived !== undefined && documented !== undefined) {
      changes.push({ start: derived.alias.type.getStart(), end: derived.alias.type.end, text: documented });
    }
  }
  // The compiler rewrites the endings of imports in JavaScript, and leaves those in declarations.
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier && /^\.\.?\/.*\.ts$/.test(specifier.text)) {
      changes.push({ start: specifier.end - ".ts'".length, end: specifier.end - 1, text: ".js" });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return changes
    .sort((one, other) => other.start - one.start)
    .reduce((rest, { start, end, text: by }) => `${rest.slice(0, start)}${by}${rest.slice(end)}`, text);
}

function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  const specifier =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : undefined;
  return specifier && ts.isStringLiteral(specifier) ? specifier : undefined;
}

interface Derived {
  readonly alias: ts.TypeAliasDeclaration;
  /** Name of the schema, in the same module. */
  readonly schema: string;
  readonly side: "input" | "output";
}

/** `export type Name = z.input<typeof schema>`, or undefined. */
function derivedType(statement: ts.Statement): Derived | undefined {
  if (!ts.isTypeAliasDeclaration(statement) || !ts.isTypeReferenceNode(statement.type)) return undefined;
  const { typeName, typeArguments } = statement.type;
  const [argument] = typeArguments ?? [];
  if (!ts.isQualifiedName(typeName) || !ts.isIdentifier(typeName.left) || typeName.left.text !== "z") return undefined;
  if (!/^(infer|input|output)$/.test(typeName.right.text)) return undefined;
  if (argument === undefined || !ts.isTypeQueryNode(argument) || !ts.isIdentifier(argument.exprName)) return undefined;
  const side = typeName.right.text === "input" ? "input" : "output";
  return { alias: statement, schema: argument.exprName.text, side };
}

/** Writes types out, along their schemas. */
class Writer {
  readonly #checker: ts.TypeChecker;
  readonly #at: ts.Node;
  readonly #side: Derived["side"];

  constructor(checker: ts.TypeChecker, at: ts.Node, side: Derived["side"]) {
    this.#checker = checker;
    this.#at = at;
    this.#side = side;
  }

  write(type: ts.Type, schema: z.ZodType | undefined, indent: string): string {
    if (type.isUnion()) return this.#union(type, schema, indent);
    if (this.#checker.isArrayType(type)) {
      const element = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
      if (element === undefined) return this.#plain(type);
      const written = this.write(element, schema && partOf(this.#bare(schema), 0), indent);
      const list = element.isUnion() || written.startsWith("readonly ") ? `(${written})[]` : `${written}[]`;
      return type.symbol.name === "ReadonlyArray" ? `readonly ${list}` : list;
    }
    return this.#isRecord(type) ? this.#object(type, schema, indent) : this.#plain(type);
  }

  #union(type: ts.UnionType, schema: z.ZodType | undefined, indent: string): string {
    const parts = type.types.map((part) => this.write(part, schema && this.#optionFor(part, schema), indent));
    const unique = [...new Set(parts)];
    const either = unique.includes("true") && unique.includes("false");
    const named = unique.filter((part) => part !== "undefined" && !(either && (part === "true" || part === "false")));
    const all = [...(either ? ["boolean"] : []), ...named, ...(unique.includes("undefined") ? ["undefined"] : [])];
    return all.join(" | ");
  }

  #object(type: ts.Type, schema: z.ZodType | undefined, indent: string): string {
    const inner = `${indent}  `;
    const lines = this.#checker.getPropertiesOfType(type).flatMap((property) => {
      const part = schema && partOf(this.#bare(schema), property.name);
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const written = this.write(this.#checker.getTypeOfSymbolAtLocation(property, this.#at), part, inner);
      const name = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : JSON.stringify(property.name);
      return [...this.#comment(property, part, inner), `${inner}${name}${optional ? "?" : ""}: ${written};`];
    });
    const indexes = this.#checker.getIndexInfosOfType(type).map(({ keyType, type: value }) => {
      const part = schema && partOf(this.#bare(schema), "");
      return `${inner}[name: ${this.#plain(keyType)}]: ${this.write(value, part, inner)};`;
    });
    const all = [...lines, ...indexes];
    return all.length === 0 ? "{}" : `{\n${all.join("\n")}\n${indent}}`;
  }

  #comment(property: ts.Symbol, schema: z.ZodType | undefined, indent: string): readonly string[] {
    const { description, examples } = metaOf(schema);
    const written = ts.displayPartsToString(property.getDocumentationComment(this.#checker)).trim();
    const about = description === undefined ? written : sentence(description);
    const byDefault = defaultOf(schema);
    const lines = [
      ...(about === "" ? [] : about.split("\n")),
      ...rangeOf(schema),
      ...(byDefault === undefined ? [] : [`@default ${JSON.stringify(byDefault)}`]),
      ...(Array.isArray(examples) ? examples.map((example) => `@example ${JSON.stringify(example)}`) : []),
    ].map((line) => line.replaceAll("*/", "*\\/"));
    if (lines.length === 0) return [];
    return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
  }

  /** The option of a union's schema that a member of the union's type is written by. */
  #optionFor(type: ts.Type, schema: z.ZodType): z.ZodType {
    const bare = this.#bare(schema);
    if (!(bare instanceof z.ZodUnion)) return bare;
    const fits = bare.options.find((option) => option instanceof z.ZodType && this.#fits(type, this.#bare(option)));
    return fits instanceof z.ZodType ? fits : bare;
  }

  #fits(type: ts.Type, schema: z.ZodType): boolean {
    if (!(schema instanceof z.ZodObject)) return this.#checker.isArrayType(type) && schema instanceof z.ZodArray;
    const properties = new Map(this.#checker.getPropertiesOfType(type).map((property) => [property.name, property]));
    const names = Object.keys(schema.shape);
    return (
      names.length === properties.size &&
      names.every((name) => {
        const property = properties.get(name);
        const part: unknown = schema.shape[name];
        if (property === undefined || !(part instanceof z.ZodLiteral)) return property !== undefined;
        return this.#plain(this.#checker.getTypeOfSymbolAtLocation(property, this.#at)) === JSON.stringify(part.value);
      })
    );
  }

  /** A schema without what only wraps it: of one that changes values, the side that is written out. */
  #bare(schema: z.ZodType): z.ZodType {
    const inner = innerSchema(schema) ?? schema;
    if (inner instanceof z.ZodNullable || inner instanceof z.ZodReadonly) return this.#within(inner.unwrap(), inner);
    if (inner instanceof z.ZodPipe) return this.#within(this.#side === "input" ? inner.in : inner.out, inner);
    return inner;
  }

  #within(part: unknown, otherwise: z.ZodType): z.ZodType {
    return part instanceof z.ZodType ? this.#bare(part) : otherwise;
  }

  /** Whether a type is plain data with fields, and no class or function. */
  #isRecord(type: ts.Type): boolean {
    const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
    return isObject && !type.isClass() && !this.#checker.isTupleType(type) && type.getCallSignatures().length === 0;
  }

  #plain(type: ts.Type): string {
    return this.#checker.typeToString(type, this.#at, ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias);
  }
}

/** Between which numbers a value must be, as a sentence. */
function rangeOf(schema: z.ZodType | undefined): readonly string[] {
  const inner = innerSchema(schema);
  if (!(inner instanceof z.ZodNumber)) return [];
  const [least, most] = [inner.minValue, inner.maxValue].map((bound) =>
    bound === null || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound,
  );
  if (least === undefined) return most === undefined ? [] : [`At most ${most}.`];
  return [most === undefined ? `At least ${least}.` : `From ${least} to ${most}.`];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

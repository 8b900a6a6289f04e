import ts from "typescript";
import { acceptedValues, forcesReplacement } from "./documentation.ts";
import type { Properties, Property, Type } from "./shape.ts";

/** What the names in a type stand for, in the file that holds it. */
export interface Names {
  /** `inputs.ec2.VpcTag` and its like: gives the name under which the object is kept. */
  object(qualified: string): string;
  /** The values of `enums.ec2.Tenancy`, or undefined where there is no such enum. */
  values(qualified: string): readonly string[] | undefined;
}

/** The syntax of some declarations: nothing is resolved, so no other file is read. */
export function parseDeclarations(text: string): ts.SourceFile {
  return ts.createSourceFile("typings.d.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
}

/** The interface of that name. */
export function findInterface(file: ts.SourceFile, name: string): ts.InterfaceDeclaration | undefined {
  return file.statements.find((statement): statement is ts.InterfaceDeclaration => {
    return ts.isInterfaceDeclaration(statement) && statement.name.text === name;
  });
}

export function findClass(file: ts.SourceFile, name: string): ts.ClassDeclaration | undefined {
  return file.statements.find((statement): statement is ts.ClassDeclaration => {
    return ts.isClassDeclaration(statement) && statement.name?.text === name;
  });
}

/** The properties of an interface, or those of a class that are outputs. */
export function readProperties(
  file: ts.SourceFile,
  declaration: ts.InterfaceDeclaration | ts.ClassDeclaration,
  names: Names,
): Properties {
  const properties: Record<string, Property> = {};
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
    if (!member.type || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) continue;
    if (member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)) continue;
    const documentation = file.text.slice(member.pos, member.getStart(file, false));
    const { type, optional } = readType(member.type, file, names);
    const accepted = acceptedValues(documentation);
    properties[member.name.text] = {
      type,
      required: member.questionToken === undefined && !optional,
      ...(forcesReplacement(documentation) ? { replaces: true } : {}),
      ...(accepted && acceptsText(type) ? { accepted } : {}),
    };
  }
  return properties;
}

/** The values of an enum: `export declare const Tenancy: { readonly Default: "default"; … }`. */
export function readEnum(file: ts.SourceFile): string[] {
  const values: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) values.push(node.literal.text);
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) visit(statement);
  return values;
}

function acceptsText(type: Type): boolean {
  return type.kind === "string";
}

interface ReadType {
  readonly type: Type;
  /** Whether it may be left out: `undefined` is among its members. */
  readonly optional: boolean;
}

function readType(node: ts.TypeNode, file: ts.SourceFile, names: Names): ReadType {
  const type = (inner: ts.TypeNode): Type => readType(inner, file, names).type;
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { type: { kind: "string" }, optional: false };
    case ts.SyntaxKind.NumberKeyword:
      return { type: { kind: "number" }, optional: false };
    case ts.SyntaxKind.BooleanKeyword:
      return { type: { kind: "boolean" }, optional: false };
    case ts.SyntaxKind.AnyKeyword:
      return { type: { kind: "any" }, optional: false };
  }
  if (ts.isArrayTypeNode(node)) return { type: { kind: "list", of: type(node.elementType) }, optional: false };
  if (ts.isParenthesizedTypeNode(node)) return readType(node.type, file, names);
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
    return { type: { kind: "values", values: [node.literal.text] }, optional: false };
  }
  if (ts.isTypeLiteralNode(node)) {
    const [member] = node.members;
    if (member && ts.isIndexSignatureDeclaration(member)) {
      return { type: { kind: "map", of: type(member.type) }, optional: false };
    }
  }
  if (ts.isUnionTypeNode(node)) return readUnion(node, file, names);
  if (ts.isTypeReferenceNode(node)) return readReference(node, file, names);
  throw new Error(`The typings hold a type that the stand-in does not know: ${node.getText(file)}`);
}

function readUnion(node: ts.UnionTypeNode, file: ts.SourceFile, names: Names): ReadType {
  const given = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
  const parts = given.map((part) => readType(part, file, names));
  const optional = given.length < node.types.length || parts.some((part) => part.optional);
  const types = parts.map(({ type }) => type);
  const anyText = types.some(({ kind }) => kind === "string");
  const kept = types.filter(({ kind }, index) => {
    // A list of known texts beside any text restricts nothing.
    if (anyText && kind === "values") return false;
    return types.findIndex((other) => JSON.stringify(other) === JSON.stringify(types[index])) === index;
  });
  const [first, ...others] = kept;
  if (!first) return { type: { kind: "any" }, optional };
  return { type: others.length === 0 ? first : { kind: "union", of: kept }, optional };
}

const wrappers = new Set(["pulumi.Input", "pulumi.Output", "Promise"]);

function readReference(node: ts.TypeReferenceNode, file: ts.SourceFile, names: Names): ReadType {
  const name = node.typeName.getText(file);
  const [first, second] = node.typeArguments ?? [];
  if (wrappers.has(name) && first) return readType(first, file, names);
  if (name === "Array" && first)
    return { type: { kind: "list", of: readType(first, file, names).type }, optional: false };
  if (name === "Record" && second) {
    return { type: { kind: "map", of: readType(second, file, names).type }, optional: false };
  }
  if (name.startsWith("pulumi.asset.")) return { type: { kind: "asset" }, optional: false };
  // Of another package: its own plugin checks it.
  if (/^pulumi[A-Z]\w*\./.test(name)) return { type: { kind: "any" }, optional: false };
  if (/^(inputs|outputs)\./.test(name)) return { type: { kind: "object", name: names.object(name) }, optional: false };
  const values = name.startsWith("enums.") ? names.values(name) : undefined;
  if (values) return { type: { kind: "values", values }, optional: false };
  // What is left are resources of the package; they travel as their id.
  return { type: { kind: "string" }, optional: false };
}

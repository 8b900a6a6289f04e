import { z } from "zod";
import { innerSchema, metaOf } from "../components/core/schema.ts";

/** One key of what a person writes. */
export interface SchemaKey {
  /** From the top, `network.zones`; names of one's own as `<name>`. */
  readonly path: string;
  readonly takes: string;
  readonly otherwise: string;
  readonly about: string | undefined;
  readonly example: unknown;
}

/** What is known of keys beside their schemas. */
export interface KeyContext {
  /** Whether a key is not to be written, and so not told of. */
  readonly leavesOut: (path: string) => boolean;
  /** What holds where a key is not written, where its schema (with its `own` default, or `optional`) does not say all. */
  readonly otherwise: (path: string, own: string | undefined, optional: boolean) => string | undefined;
}

/** What there is in the place of a default where a key must be there. */
export const needed = "must be written";

const nothingKnown: KeyContext = { leavesOut: () => false, otherwise: () => undefined };

/** A key and all keys within it. */
export function keysIn(schema: unknown, path: string, known = nothingKnown, only = ""): readonly SchemaKey[] {
  if (known.leavesOut(path)) return [];
  const inner = innerSchema(schema);
  const about = metaOf(schema).description;
  const secret = metaOf(schema).secret === true ? ". **Secret**: never shown" : "";
  const own: SchemaKey = {
    path,
    takes: takesOf(inner),
    otherwise: otherwiseOf(schema, path, known),
    about: about === undefined ? undefined : `${only}${about}${secret}`,
    example: examplesOf(schema)[0],
  };
  return [own, ...innerKeys(inner, path, known, only)];
}

/** Keys as a table, of what they are `called`. */
export function tableOf(keys: readonly SchemaKey[], called = "key"): readonly string[] {
  return [`| ${called} | takes | default | what it is |`, "| --- | --- | --- | --- |", ...keys.map(row)];
}

function row({ path, takes, otherwise, about, example }: SchemaKey): string {
  const shown = example === undefined ? "" : ` Example: ${code(example)}.`;
  return `| \`${path}\` | ${cell(takes)} | ${cell(otherwise)} | ${cell(`${sentence(about)}${shown}`.trim())} |`;
}

/** Text for a table's cell. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Text with a full stop at its end. */
export function sentence(text: string | undefined): string {
  return text === undefined || /[.!?]$/.test(text) ? (text ?? "") : `${text}.`;
}

/** A value as it is written in code. */
export function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function innerKeys(inner: z.ZodType | undefined, path: string, known: KeyContext, only: string): readonly SchemaKey[] {
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, part]) => keysIn(part, below(key), known, only));
  }
  if (inner instanceof z.ZodRecord) return innerKeys(innerSchema(inner.valueType), below("<name>"), known, only);
  if (inner instanceof z.ZodArray) {
    const element = innerSchema(inner.element);
    return element instanceof z.ZodObject ? innerKeys(element, `${path}[]`, known, only) : [];
  }
  if (inner instanceof z.ZodDiscriminatedUnion) return waysOf(inner, path, known);
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => innerKeys(innerSchema(option), path, known, only));
  }
  return [];
}

/** The key that says which way it is, and the keys of each. */
function waysOf(union: z.ZodDiscriminatedUnion, path: string, known: KeyContext): readonly SchemaKey[] {
  const key = union.def.discriminator;
  const ways = union.options.flatMap((option) => {
    const way = innerSchema(option);
    const literal = way instanceof z.ZodObject ? innerSchema(way.shape[key]) : undefined;
    return way instanceof z.ZodObject && literal instanceof z.ZodLiteral ? [{ way, literal }] : [];
  });
  const choice: SchemaKey = {
    path: `${path}.${key}`,
    takes: ways.map(({ literal }) => code(literal.value)).join(" or "),
    otherwise: needed,
    about: ways.map(({ literal }) => `${code(literal.value)}: ${metaOf(literal).description ?? ""}`).join("; "),
    example: undefined,
  };
  const others = ways.flatMap(({ way, literal }) =>
    Object.entries(way.shape)
      .filter(([name]) => name !== key)
      .flatMap(([name, part]) => keysIn(part, `${path}.${name}`, known, `With ${code(literal.value)}: `)),
  );
  return [choice, ...others];
}

function otherwiseOf(schema: unknown, path: string, known: KeyContext): string {
  const own = schema instanceof z.ZodDefault ? shortened(code(schema.safeParse(undefined).data)) : undefined;
  const optional = schema instanceof z.ZodOptional;
  const told = known.otherwise(path, own, optional);
  if (told !== undefined) return told;
  if (own !== undefined) return own;
  if (optional) return "none";
  return schema instanceof z.ZodPrefault ? "" : needed;
}

function shortened(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 120)}…\``;
}

function takesOf(schema: z.ZodType | undefined): string {
  if (schema instanceof z.ZodString) return `text${between(metaOf(schema)["x-least"], metaOf(schema)["x-most"])}`;
  if (schema instanceof z.ZodNumber) return ofNumber(schema);
  if (schema instanceof z.ZodBoolean) return "`true` or `false`";
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => code(option)).join(", ");
  if (schema instanceof z.ZodLiteral) return code(schema.value);
  if (schema instanceof z.ZodArray) return `list of ${takesOf(innerSchema(schema.element))}`;
  if (schema instanceof z.ZodRecord) return `${takesOf(innerSchema(schema.valueType))} by name`;
  if (schema instanceof z.ZodDiscriminatedUnion) return "the keys below";
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => takesOf(innerSchema(option))).join(" or ");
  if (schema instanceof z.ZodObject) return "the keys below";
  return "text";
}

function ofNumber(schema: z.ZodNumber): string {
  const whole = schema.isInt ? "whole number" : "number";
  const bound = (value: number | null) =>
    value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
  return `${whole}${between(bound(schema.minValue), bound(schema.maxValue))}`;
}

function between(least: unknown, most: unknown): string {
  if (least === undefined || least === null)
    return most === undefined || most === null ? "" : `, at most ${String(most)}`;
  return most === undefined || most === null ? `, at least ${String(least)}` : `, ${String(least)} to ${String(most)}`;
}

function examplesOf(schema: unknown): readonly unknown[] {
  const { examples } = metaOf(schema);
  return Array.isArray(examples) ? examples : [];
}

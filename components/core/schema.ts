import { z } from "zod";

/** The schema itself, without what says only that a value may be left out. */
export function innerSchema(schema: unknown): z.ZodType | undefined {
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  if (wraps) return innerSchema(schema.unwrap());
  return schema instanceof z.ZodType ? schema : undefined;
}

/** What is said of a schema, by itself or by what it wraps. */
export function metaOf(schema: unknown): z.core.GlobalMeta {
  if (!(schema instanceof z.ZodType)) return {};
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return { ...(wraps ? metaOf(schema.unwrap()) : {}), ...schema.meta() };
}

/** Schema of one key of an object, of a record's values, or of a list's elements; `undefined` where there is none. */
export function partOf(schema: unknown, key: PropertyKey): z.ZodType | undefined {
  const inner = innerSchema(schema);
  if (inner instanceof z.ZodObject) {
    const part: unknown = Object.hasOwn(inner.shape, key) ? inner.shape[String(key)] : undefined;
    return part instanceof z.ZodType ? part : undefined;
  }
  if (inner instanceof z.ZodArray) return asSchema(inner.element);
  if (inner instanceof z.ZodRecord) {
    const known = keysOf(inner);
    return known.length === 0 || known.includes(String(key)) ? asSchema(inner.valueType) : undefined;
  }
  if (inner instanceof z.ZodUnion) return inner.options.map((option) => partOf(option, key)).find(isThere);
  return undefined;
}

/** Keys that an object may have; none where it is no object, or takes any. */
export function keysOf(schema: unknown): readonly string[] {
  const inner = innerSchema(schema);
  if (inner instanceof z.ZodObject) return Object.keys(inner.shape);
  if (inner instanceof z.ZodRecord) return inner.keyType instanceof z.ZodEnum ? inner.keyType.options.map(String) : [];
  if (inner instanceof z.ZodUnion) return [...new Set(inner.options.flatMap((option) => keysOf(option)))];
  return [];
}

/** What a path leads to, if anything. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, key) => partOf(at, key), schema);
}

/** What is taken where nothing is written; `undefined` where nothing is. */
export function defaultOf(schema: unknown): unknown {
  return schema instanceof z.ZodDefault ? schema.safeParse(undefined).data : undefined;
}

function asSchema(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? schema : undefined;
}

function isThere(schema: z.ZodType | undefined): boolean {
  return schema !== undefined;
}

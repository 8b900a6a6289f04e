import { z } from "zod";
import { innerSchema, keysOf, metaOf, partOf } from "../components/core/schema.ts";

interface Step {
  readonly key: string;
  readonly isElement: boolean;
  readonly schema: z.ZodType | undefined;
}

/** The way to an option (`cluster.endpoint.cidrs[0]`), with the schema at each step. */
function stepsTo(schema: z.ZodObject, option: string): readonly Step[] {
  const keys = [...option.matchAll(/\[(\d+)\]|([^.[]+)/g)];
  let at: z.ZodType | undefined = schema;
  return keys.map(([, index, name]) => {
    const key = index ?? name ?? "";
    at = partOf(at, key);
    return { key, isElement: index !== undefined, schema: at };
  });
}

/** The keys that there are in an option's place, when it is none of them; null when it is one. */
export function knownKeys(schema: z.ZodObject, option: string): readonly string[] | null {
  const steps = stepsTo(schema, option);
  const unknown = steps.findIndex(({ schema: part }) => part === undefined);
  if (unknown === -1) return null;
  const known = keysOf(unknown === 0 ? schema : steps[unknown - 1]?.schema);
  return known.length === 0 ? null : known;
}

/**
 * An example of an option, or one around it that shows it too, as it stands in a stack's file; null without any. Where
 * there are several ways, it is of the one that was written.
 */
export function exampleFor(schema: z.ZodObject, option: string, written: unknown): string | null {
  const steps = stepsTo(schema, option);
  const firstElement = steps.findIndex(({ isElement }) => isElement);
  const named = firstElement === -1 ? steps : steps.slice(0, firstElement);
  for (let depth = named.length; depth > 0; depth--) {
    const way = named.slice(0, depth).map(({ key }) => key);
    const example = fittingExample(named[depth - 1]?.schema, valueAt(written, way));
    const rest = named.slice(depth).map(({ key }) => key);
    if (valueAt(example, rest) === undefined) continue;
    const [top, ...inner] = way;
    return `${top}: ${JSON.stringify(inner.reduceRight<unknown>((value, key) => ({ [key]: value }), example))}`;
  }
  return null;
}

function fittingExample(schema: z.ZodType | undefined, written: unknown): unknown {
  const examples: unknown = metaOf(schema).examples;
  if (!Array.isArray(examples)) return undefined;
  const inner = innerSchema(schema);
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return examples[0];
  const way = [inner.def.discriminator];
  return examples.find((example) => valueAt(example, way) === valueAt(written, way)) ?? examples[0];
}

function valueAt(value: unknown, way: readonly string[]): unknown {
  return way.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? Object.entries(at).find(([name]) => name === key)?.[1] : undefined,
    value,
  );
}

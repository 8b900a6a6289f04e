import { z } from "zod";
import { innerSchema, schemaAt } from "./schema.ts";

const words: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "keys with values",
  record: "keys with values",
  array: "a list",
};

/**
 * What to write instead, for those rules of a schema that say nothing themselves. zod's own words are for programmers,
 * and name what it "received" again, which the mistake shows anyway.
 */
export function plainWords(schema: z.ZodType): z.core.$ZodErrorMap {
  return (issue) => {
    switch (issue.code) {
      case "invalid_type":
        return ofType(issue.expected, issue.input);
      case "invalid_value":
        return `Write ${either(issue.values.map((value) => JSON.stringify(value)))}`;
      case "too_small":
      case "too_big":
        return ofSize(issue, issue.path === undefined ? undefined : schemaAt(schema, issue.path));
      case "invalid_format":
        return issue.format === "starts_with" ? `Write a text that begins with ${JSON.stringify(issue.prefix)}` : null;
      case "invalid_key":
        return ofKey(issue.issues);
      case "invalid_union":
        return ofUnion(issue.errors);
      default:
        return null;
    }
  };
}

function ofType(expected: string, input: unknown): string {
  const what = words[expected] ?? expected;
  if (expected === "string" && (typeof input === "number" || typeof input === "boolean")) {
    return `Write ${what}, in quotes`;
  }
  if (words[expected] === words.object && typeof input === "string" && /^\s*[[{]/.test(input)) {
    return `It is not JSON that can be read: write ${what}`;
  }
  const looksRight =
    (expected === "boolean" && (input === "true" || input === "false")) ||
    ((expected === "number" || expected === "int") && typeof input === "string" && /^-?\d+(\.\d+)?$/.test(input));
  return looksRight ? `Write ${what}, without quotes` : `Write ${what}`;
}

interface Size {
  readonly code: "too_small" | "too_big";
  readonly origin: string;
  readonly inclusive?: boolean | undefined;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

function ofSize({ code, origin, inclusive, minimum, maximum }: Size, schema: z.ZodType | undefined): string {
  const bound = String(code === "too_small" ? minimum : maximum);
  const unit = { string: "character", array: "item" }[origin];
  if (unit !== undefined) {
    if (code === "too_small" && bound === "1") return origin === "array" ? "Write at least one" : "Write a text";
    return `Write at ${code === "too_small" ? "least" : "most"} ${bound} ${unit}${bound === "1" ? "" : "s"}`;
  }
  const inner = innerSchema(schema);
  if (inner instanceof z.ZodNumber) {
    const [least, most] = [inner.minValue, inner.maxValue];
    const known = [least, most].map(String).includes(bound) && isBound(least) && isBound(most);
    if (known && inclusive !== false) return `Write ${least} to ${most}`;
  }
  if (inclusive === false) return `Write ${code === "too_small" ? "more" : "less"} than ${bound}`;
  return `Write at ${code === "too_small" ? "least" : "most"} ${bound}`;
}

/** zod knows a least and a most for every whole number: those that a double still holds. */
function isBound(value: number | null): value is number {
  return value !== null && Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function ofKey(issues: readonly { readonly message?: string }[]): string | null {
  const message = issues[0]?.message;
  if (message === undefined) return null;
  if (message.startsWith("must ")) return `Its name ${message}`;
  return message.startsWith("Write ") ? `As its name, ${message.charAt(0).toLowerCase()}${message.slice(1)}` : message;
}

/** What each of the ways asks for, where all say so at once. */
function ofUnion(errors: readonly (readonly { readonly message?: string; readonly path: PropertyKey[] }[])[]) {
  const ways = errors.map(([first]) => (first?.path.length === 0 ? first.message : undefined));
  const asked = ways.flatMap((way) => (way?.startsWith("Write ") === true ? [way.slice("Write ".length)] : []));
  return asked.length === ways.length && asked.length > 0 ? `Write ${either(asked)}` : null;
}

function either(options: readonly (string | undefined)[]): string {
  const last = options.at(-1) ?? "";
  return options.length < 2 ? last : `${options.slice(0, -1).join(", ")} or ${last}`;
}

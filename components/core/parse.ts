import type { z } from "zod";
import { UserError, type UserMistake } from "./errors.ts";
import { plainWords } from "./plain-words.ts";
import { defaultOf, schemaAt } from "./schema.ts";

/** What is said of a key that a schema does not know. */
export const noSuchOption = "There is no such option: take it out or correct its name.";

/**
 * What a schema makes of a value; throws one `UserError` that names every wrong or missing field at once, by its path,
 * with what was found there. Values below a path in `secret` are not shown.
 */
export function parseOrExplain<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root: string,
  isSecret: (path: readonly PropertyKey[]) => boolean = () => false,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: false, error: plainWords(schema) });
  if (parsed.success) return parsed.data;
  const found = { schema, value, root, isSecret };
  const [first, ...others] = parsed.error.issues
    .filter((issue, index, all) => !all.slice(0, index).some((earlier) => isOfOtherType(earlier, issue)))
    .flatMap((issue) => mistakesOf(issue, found));
  throw first === undefined ? parsed.error : new UserError(first, ...others);
}

/** What was parsed, and how it is shown. */
interface Found {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly root: string;
  readonly isSecret: (path: readonly PropertyKey[]) => boolean;
}

/** Whether the first says that a value is of another type: what a rule for its own type makes of it tells nothing. */
function isOfOtherType(first: z.core.$ZodIssue, second: z.core.$ZodIssue): boolean {
  return first.code === "invalid_type" && first.path.join("\n") === second.path.join("\n");
}

function mistakesOf(issue: z.core.$ZodIssue, found: Found): readonly UserMistake[] {
  const { schema, value, root, isSecret } = found;
  const mistake = (path: readonly PropertyKey[], fix: string): UserMistake => ({
    option: optionName(root, path),
    value: isSecret(path) ? "[secret]" : valueInEffect(schema, value, path),
    fix,
  });
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => mistake([...issue.path, key], noSuchOption));
  }
  const meant = issue.code === "invalid_union" ? theOneMeant(issue.errors, valueAt(value, issue.path)) : null;
  if (meant !== null) {
    return meant.flatMap((inner) => mistakesOf({ ...inner, path: [...issue.path, ...inner.path] }, found));
  }
  return [mistake(issue.path, asSentence(issue.message))];
}

/** Of several ways to write something, the one that somebody took and got wrong within; null where it is not clear. */
function theOneMeant(
  ways: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] | null {
  if (typeof value !== "object" || value === null) return null;
  const [way, ...others] = ways.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === "unrecognized_keys" || code === "custom"),
  );
  return way !== undefined && way.length > 0 && others.length === 0 ? way : null;
}

function optionName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name === "" ? String(key) : `${name}.${String(key)}`),
    root,
  );
}

/** The value that was written or, where none was, its default: what a rule over several values may not like. */
function valueInEffect(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): unknown {
  const written = valueAt(value, path);
  return written === undefined ? defaultOf(schemaAt(schema, path)) : written;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([name]) => name === String(key))?.[1];
  }, value);
}

function asSentence(message: string): string {
  const whole = /^(is|fits) /.test(message) ? `it ${message}` : message;
  const sentence = `${whole.charAt(0).toUpperCase()}${whole.slice(1)}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

import type { z } from "zod";
import { UserError, type UserMistake } from "./errors.ts";

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
  const parsed = schema.safeParse(value, { reportInput: false });
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues.flatMap((issue) => mistakesOf(issue, value, root, isSecret));
  throw first === undefined ? parsed.error : new UserError(first, ...others);
}

function mistakesOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  root: string,
  isSecret: (path: readonly PropertyKey[]) => boolean,
): readonly UserMistake[] {
  const mistake = (path: readonly PropertyKey[], fix: string): UserMistake => ({
    option: optionName(root, path),
    value: isSecret(path) ? "[secret]" : valueAt(value, path),
    fix,
  });
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      mistake([...issue.path, key], "There is no such option: take it out or correct its name."),
    );
  }
  const missing = issue.code === "invalid_type" && valueAt(value, issue.path) === undefined;
  return [mistake(issue.path, missing ? `Give ${withArticle(issue.expected)}.` : asSentence(issue.message))];
}

function optionName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name === "" ? String(key) : `${name}.${String(key)}`),
    root,
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([name]) => name === String(key))?.[1];
  }, value);
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

function asSentence(message: string): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

import type { z } from "zod";
import type { UserMistake } from "../components/core/errors.ts";
import { metaOf } from "../components/core/schema.ts";
import { project } from "./project.ts";
import type { DerivedKey } from "./read-config.ts";

interface Secrets {
  /** Secrets that were not set as such. */
  readonly inTheOpen: readonly UserMistake[];
  /** The same mistake without anything of a secret in it. */
  readonly hide: (mistake: UserMistake) => UserMistake;
}

/** What of a configuration nobody may read in a message: what is kept encrypted, and what the schema calls secret. */
export function secretsOf(
  schema: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
  encrypted: readonly string[],
  derived: readonly DerivedKey[],
): Secrets {
  const secretByKind = Object.keys(schema.shape).filter((key) => metaOf(schema.shape[key]).secret === true);
  const secret = new Set([...encrypted, ...secretByKind]);
  // Those of paths that were set as keys too. Shorter ones are found in any sentence, and guessed as fast.
  const texts = Object.entries(given)
    .filter(([key]) => secret.has(key) || secret.has(topOf(key)))
    .flatMap(([, value]) => leavesOf(value))
    .filter((text) => text.length > 3);
  const isSecret = (option: string) => {
    const from = derived.find((key) => option.startsWith(key.option))?.from;
    return secret.has(option) || secret.has(topOf(option)) || (from !== undefined && secret.has(topOf(from)));
  };
  return {
    inTheOpen: secretByKind
      .filter((key) => isGiven(given[key]) && !encrypted.includes(key))
      .map((key) => ({
        option: key,
        value: "[secret]",
        fix: `It is a secret, and stands in the file for all to read: make another one, and set it with pulumi config set --secret ${path(key, given[key])}`,
      })),
    hide: ({ option, value, fix }) => ({
      option,
      value: value !== undefined && isSecret(option) ? "[secret]" : value,
      fix: texts.reduce((shown, text) => shown.replaceAll(text, "[secret]"), fix),
    }),
  };
}

function path(key: string, value: unknown): string {
  return Array.isArray(value) ? `--path '${project}:${key}[0]'` : `${project}:${key}`;
}

function topOf(option: string): string {
  return option.split(/[.[]/)[0] ?? "";
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leavesOf);
  return value === undefined || value === null ? [] : [String(value)];
}

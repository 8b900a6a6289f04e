import type { z } from "zod";
import { UserError, type UserMistake } from "../components/core/errors.ts";
import { noSuchOption, parseOrExplain } from "../components/core/parse.ts";
import { exampleFor, knownKeys } from "./config-help.ts";
import { secretsOf } from "./config-secrets.ts";
import { project } from "./project.ts";

/** A stack's configuration as Pulumi gives it: texts by `project:key`, and which of them are secret. */
export interface RawConfig {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** A key that nobody needs to write. */
export interface DerivedKey {
  readonly option: string;
  /** Key that it follows from. */
  readonly from: string;
  /** Whether it may be written all the same. */
  readonly free: boolean;
}

/** Fills in what follows from other keys; the values need not be right yet. */
export type Derive = (values: Readonly<Record<string, unknown>>) => {
  readonly values: Readonly<Record<string, unknown>>;
  readonly mistakes: readonly UserMistake[];
  /** What was filled in, and what would have been if the keys that it follows from were there. */
  readonly derived: readonly DerivedKey[];
};

/** What no single key can tell. It gets the keys that are right by themselves, so it speaks even when others are not. */
export type CrossCheck<Schema extends z.ZodObject> = (config: Partial<z.output<Schema>>) => readonly UserMistake[];

/**
 * What a schema makes of a stack's configuration; throws one `UserError` that names every wrong, missing and unknown
 * key at once, with what was found there and an example. Secret values are not shown: neither what the configuration
 * keeps encrypted, nor what the schema calls secret.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  raw: RawConfig,
  {
    derive = asWritten,
    crossCheck = () => [],
  }: { readonly derive?: Derive; readonly crossCheck?: CrossCheck<Schema> } = {},
): z.output<Schema> {
  const prefix = `${project}:`;
  const own = Object.entries(raw.values).filter(([key]) => key.startsWith(prefix));
  const given = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), structured(text)]));
  const written = Object.fromEntries(Object.entries(given).filter(([key]) => !isPath(key)));
  const { values, mistakes: fixed, derived } = derive(written);
  const refused = [...pathsAsKeys(given), ...fixed];
  const encrypted = raw.secretKeys.flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  const secrets = secretsOf(schema, given, encrypted, derived);

  let config: z.output<Schema> | undefined;
  const wrong: UserMistake[] = [];
  try {
    config = parseOrExplain(schema, values, "");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    wrong.push(...error.mistakes);
  }
  const told = withoutEchoes(wrong, refused, derived).map(({ mistake, from }) =>
    from === null
      ? withHelp(schema, written, secrets.hide(mistake))
      : { ...secrets.hide(mistake), fix: `${mistake.fix} ${from}` },
  );
  const [first, ...others] = [
    ...secrets.inTheOpen,
    ...refused.map(secrets.hide),
    ...told,
    ...crossCheck(config ?? rightKeys(schema, values)).map(secrets.hide),
  ].map((mistake) => ({ ...mistake, option: `${prefix}${mistake.option}` }));
  if (first !== undefined) throw new UserError(first, ...others);
  if (config === undefined) throw new Error("A configuration that does not parse has a mistake.");
  return config;
}

function isPath(key: string): boolean {
  return /[.[]/.test(key);
}

/** Keys that were set without `--path`: the whole path is then one name. */
function pathsAsKeys(given: Readonly<Record<string, unknown>>): readonly UserMistake[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const [top = ""] = key.split(/[.[]/);
    const fix = `It belongs into ${project}:${top}: take it out, and set it with pulumi config set --path '${project}:${key}'.`;
    return isPath(key) ? [{ option: key, value, fix }] : [];
  });
}

function asWritten(values: Readonly<Record<string, unknown>>): ReturnType<Derive> {
  return { values, mistakes: [], derived: [] };
}

/** The keys whose values are right by themselves. */
function rightKeys<Schema extends z.ZodObject>(
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
): Partial<z.output<Schema>> {
  const wrong = schema.safeParse(values).error?.issues.map(({ path: [key] }) => String(key)) ?? [];
  const shape = Object.fromEntries(Object.entries(schema.shape).filter(([key]) => !wrong.includes(key)));
  const parsed: Partial<z.output<Schema>> = {};
  for (const [key, part] of Object.entries(shape)) {
    Object.assign(parsed, { [key]: part.parse(values[key]) });
  }
  return parsed;
}

/** Objects, lists, numbers and booleans reach a program as their JSON text. */
function structured(text: string): unknown {
  if (!/^[[{]/.test(text.trim())) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Told {
  readonly mistake: UserMistake;
  /** What its key follows from, as a sentence; null where a person wrote it. */
  readonly from: string | null;
}

/**
 * The mistakes that a person can do something about where they stand: not those in keys that follow from another, when
 * that one is a mistake itself. When it is not, it is
 * named.
 */
function withoutEchoes(
  wrong: readonly UserMistake[],
  refused: readonly UserMistake[],
  derived: readonly DerivedKey[],
): readonly Told[] {
  const all = [...refused, ...wrong].map(({ option }) => option);
  return wrong.flatMap((mistake): readonly Told[] => {
    const key = derived.find(({ option }) => isWithin(mistake.option, option));
    if (key === undefined) return [{ mistake, from: null }];
    const section = key.from.split(".")[0] ?? key.from;
    const isEcho = all.some(
      (other) =>
        isWithin(other, mistake.value === undefined ? section : key.from) ||
        isWithin(key.from, other) ||
        (other !== mistake.option && isWithin(mistake.option, other)),
    );
    const otherwise = key.free ? ", or write this one too" : "";
    return isEcho ? [] : [{ mistake, from: `It follows from ${project}:${key.from}: change that${otherwise}.` }];
  });
}

/** Whether an option is another one or a part of it. */
function isWithin(option: string, whole: string): boolean {
  return option === whole || (option.startsWith(whole) && /^[.[]/.test(option.slice(whole.length)));
}

function withHelp(schema: z.ZodObject, written: unknown, mistake: UserMistake): UserMistake {
  const { option, fix } = mistake;
  const known = knownKeys(schema, option);
  if (known !== null) {
    const names = /[.[]/.test(option) ? known : known.map((key) => `${project}:${key}`);
    return { ...mistake, fix: `${fix} There are: ${names.join(", ")}.` };
  }
  const example = fix === noSuchOption ? null : exampleFor(schema, option, written);
  return example === null ? mistake : { ...mistake, fix: `${fix} Example: ${project}:${example}` };
}

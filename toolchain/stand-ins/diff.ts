import { isSet, type ReplacementRules, replacementRules } from "./replacement.ts";
import type { Properties, Property, Shape, Type } from "./typings/shape.ts";
import { isObject, memberPath, same, type Value, type Values } from "./values.ts";

/** How one path differs. */
export interface Change {
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  readonly replaces: boolean;
}

/** Every path in which the new inputs differ from the old ones, and whether that makes a new resource. */
export function diffInputs(shape: Shape, olds: Values, news: Values): Change[] {
  const rules = replacementRules(shape.token, olds, news);
  return diffMembers({ shape, rules }, shape.inputs, undefined, olds, news, "", false);
}

interface Context {
  readonly shape: Shape;
  readonly rules: ReplacementRules;
}

function diffMembers(
  context: Context,
  properties: Properties,
  of: Type | undefined,
  olds: Values,
  news: Values,
  path: string,
  inherited: boolean,
): Change[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return names.flatMap((name) => {
    const property: Property | undefined = properties[name] ?? (of && { type: of, required: false });
    const at = memberPath(path, name);
    const replaces = context.rules.decides(at) ?? (inherited || property?.replaces === true);
    return diffValue(context, property?.type, olds[name], news[name], at, replaces);
  });
}

function diffValue(
  context: Context,
  type: Type | undefined,
  old: Value | undefined,
  now: Value | undefined,
  path: string,
  replaces: boolean,
): Change[] {
  if (same(old, now)) return [];
  if (isObject(old) && isObject(now)) {
    const properties = type?.kind === "object" ? (context.shape.objects[type.name] ?? {}) : {};
    return diffMembers(context, properties, type?.kind === "map" ? type.of : undefined, old, now, path, replaces);
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    if (isSet(path) && same(sorted(old), sorted(now))) return [];
    const of = type?.kind === "list" ? type.of : undefined;
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) => index).flatMap((index) =>
      diffValue(context, of, old[index], now[index], `${path}[${index}]`, replaces),
    );
  }
  const missing = (value: Value | undefined) => value === undefined || value === null;
  const whole = [old, now].find(isObject);
  const inside = whole !== undefined && context.rules.below(path).some((member) => Object.hasOwn(whole, member));
  return [{ path, kind: missing(old) ? "add" : missing(now) ? "delete" : "update", replaces: replaces || inside }];
}

function sorted(values: readonly Value[]): Value[] {
  return [...values].sort((one, other) => String(one).localeCompare(String(other)));
}

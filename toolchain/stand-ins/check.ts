import type { Properties, Shape, Type } from "./typings/shape.ts";
import { isAsset, isObject, isUnknown, memberPath, type Value, type Values } from "./values.ts";

/** One thing that is wrong with what a program gives. */
export interface Failure {
  /** The property's path, such as `vpcConfig.subnetIds[0]`. */
  readonly property: string;
  readonly reason: string;
}

/**
 * Compares what a program gives with the typings: unknown, missing and wrong properties, at every depth. Values that are
 * not known yet pass. A reason never shows a value that could be a secret.
 */
export function checkInputs(shape: Shape, inputs: Values): Failure[] {
  return checkProperties(shape, shape.inputs, inputs, "");
}

function checkProperties(shape: Shape, properties: Properties, values: Values, path: string): Failure[] {
  const owner = path === "" ? shape.token : `${path} of ${shape.token}`;
  const failures: Failure[] = [];
  for (const [name, { required }] of Object.entries(properties)) {
    if (required && isMissing(values[name])) {
      failures.push({
        property: memberPath(path, name),
        reason: `It is missing; ${owner} requires it: ${describe(properties[name]?.type)}.`,
      });
    }
  }
  for (const [name, value] of Object.entries(values)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const at = memberPath(path, name);
    if (!property) {
      const names = Object.keys(properties).sort();
      failures.push({
        property: at,
        reason: `There is no such property. ${owner} accepts ${names.length > 0 ? names.join(", ") : "none"}.`,
      });
    } else if (!isMissing(value)) {
      failures.push(...checkValue(shape, property.type, value, at, property.accepted));
    }
  }
  return failures;
}

function isMissing(value: Value | undefined): boolean {
  return value === undefined || value === null;
}

function checkValue(shape: Shape, type: Type, value: Value, path: string, accepted?: readonly string[]): Failure[] {
  if (isUnknown(value)) return [];
  const wrong = (): Failure[] => [{ property: path, reason: `Found ${found(value)}; accepted is ${describe(type)}.` }];
  switch (type.kind) {
    case "any":
      return [];
    case "string":
      if (typeof value !== "string") return wrong();
      return accepted && !accepted.includes(value) ? [notAmong(path, value, accepted)] : [];
    case "number":
    case "boolean":
      return typeof value === type.kind ? [] : wrong();
    case "values":
      if (typeof value !== "string") return wrong();
      return type.values.includes(value) ? [] : [notAmong(path, value, type.values)];
    case "asset":
      return isAsset(value) ? [] : wrong();
    case "list":
      if (!Array.isArray(value)) return wrong();
      return value.flatMap((item, index) =>
        isMissing(item) ? [] : checkValue(shape, type.of, item, `${path}[${index}]`),
      );
    case "map":
      if (!isObject(value) || isAsset(value)) return wrong();
      return Object.entries(value).flatMap(([key, item]) =>
        isMissing(item) ? [] : checkValue(shape, type.of, item, memberPath(path, key)),
      );
    case "object":
      if (!isObject(value) || isAsset(value)) return wrong();
      return checkProperties(shape, shape.objects[type.name] ?? {}, value, path);
    case "union":
      return checkUnion(shape, type.of, value, path, wrong);
  }
}

/** One of several: where all fail, the failures of the only one of the value's own kind say most. */
function checkUnion(
  shape: Shape,
  types: readonly Type[],
  value: Value,
  path: string,
  wrong: () => Failure[],
): Failure[] {
  const outcomes = types.map((type) => checkValue(shape, type, value, path));
  if (outcomes.some((failures) => failures.length === 0)) return [];
  const deeper = outcomes.filter((failures) => failures.some(({ property }) => property !== path));
  return deeper.length === 1 ? (deeper[0] ?? wrong()) : wrong();
}

function notAmong(property: string, value: string, accepted: readonly string[]): Failure {
  const list = accepted.map((text) => JSON.stringify(text));
  const shown = list.length > 30 ? `${list.slice(0, 30).join(", ")} and ${list.length - 30} more` : list.join(", ");
  return { property, reason: `Found ${JSON.stringify(value)}; accepted is one of ${shown}.` };
}

function found(value: Value): string {
  if (Array.isArray(value)) return "a list";
  if (isAsset(value)) return "an asset";
  if (isObject(value)) return `an object (${Object.keys(value).join(", ") || "empty"})`;
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function describe(type: Type | undefined): string {
  switch (type?.kind) {
    case undefined:
    case "any":
      return "anything";
    case "string":
      return "a text";
    case "number":
    case "boolean":
      return `a ${type.kind}`;
    case "asset":
      return "an asset";
    case "values":
      return `one of ${type.values
        .slice(0, 10)
        .map((text) => JSON.stringify(text))
        .join(", ")}`;
    case "list":
      return `a list of ${plural(type.of)}`;
    case "map":
      return `a map of ${plural(type.of)}`;
    case "object":
      return "an object";
    case "union":
      return type.of.map(describe).join(" or ");
  }
}

function plural(type: Type): string {
  return describe(type).replace(/^an? (\w+)/, "$1s");
}

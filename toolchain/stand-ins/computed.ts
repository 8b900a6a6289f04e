import { randomUUID } from "node:crypto";
import { account, hex } from "./kinds.ts";
import type { Properties, Shape, Type } from "./typings/shape.ts";
import { isObject, unknown, type Value, type Values } from "./values.ts";

/** What the values that the cloud decides depend on. */
export interface Surroundings {
  readonly region: string;
  readonly id: string;
  readonly arn?: string;
  readonly logicalName: string;
}

/** Adds what the cloud decides: every output that the typings promise and nobody gave. */
export function addComputed(shape: Shape, given: Values, around: Surroundings): Values {
  return complete(shape, shape.outputs, given, (name, type) => invent(shape, type, name, around, 0), "");
}

/** The same before a deployment: what the cloud will decide is not known yet. */
export function addUnknown(shape: Shape, given: Values): Values {
  return complete(shape, shape.outputs, given, () => unknown, "");
}

function complete(
  shape: Shape,
  properties: Properties,
  given: Values,
  make: (name: string, type: Type) => Value,
  path: string,
): Values {
  const all: Values = { ...given };
  for (const [name, { type, required }] of Object.entries(properties)) {
    const value = all[name];
    const inner = type.kind === "object" ? shape.objects[type.name] : undefined;
    if (inner && isObject(value)) all[name] = complete(shape, inner, value, make, `${path}.${name}`);
    else if (required && (value === undefined || value === null)) all[name] = make(name, type);
  }
  return all;
}

/** Types can contain themselves; nobody looks deeper than this. */
const deepest = 4;

function invent(shape: Shape, type: Type, name: string, around: Surroundings, depth: number): Value {
  switch (type.kind) {
    case "string":
      return text(name, around);
    case "number":
      return /version|count|size|number/i.test(name) ? 1 : 0;
    case "boolean":
      return /^(isEnabled|enabled|active|proxiable)$/.test(name);
    case "values":
      return type.values[0] ?? "";
    case "object": {
      const inner = depth < deepest ? (shape.objects[type.name] ?? {}) : {};
      const required = Object.entries(inner).filter(([, property]) => property.required);
      return Object.fromEntries(
        required.map(([key, property]) => [key, invent(shape, property.type, key, around, depth + 1)]),
      );
    }
    case "union":
      return invent(shape, type.of[0] ?? { kind: "any" }, name, around, depth);
    case "list":
      return [];
    case "map":
    case "any":
    case "asset":
      return {};
  }
}

/** The shapes of texts, by what a property is called. */
const texts: readonly (readonly [pattern: RegExp, make: (around: Surroundings) => string])[] = [
  [/^arn$/, ({ arn, id }) => arn ?? id],
  [/^id$/, ({ id }) => id],
  [/^region$/, ({ region }) => region],
  [/^(ownerId|registryId|accountId|account)$/, () => account],
  [/^availabilityZone$/, ({ region }) => `${region}a`],
  [/Arn$/, ({ region }) => `arn:aws:stand-in:${region}:${account}:${hex(16)}`],
  // Nothing has an IPv6 address that did not ask for one, and what is optional elsewhere is left empty.
  [/^(vpcId$|ipv6|outpost|customerOwned|.*Prefix$)/, () => ""],
  [/(date|time|At|On|Created|Modified)$/i, () => new Date().toISOString()],
  [/^(status|state|lifecycleState)$/i, () => "ACTIVE"],
  [/(dnsName|domainName|hostname|address)$/i, ({ id, region }) => `${label(id)}.${region}.stand-in.example.com`],
  [/(endpoint|url|uri)$/i, ({ id, region }) => `https://${label(id)}.${region}.stand-in.example.com`],
  [/(fingerprint|thumbprint|checksum|etag|hash|digest|sha256)$/i, () => hex(40)],
  [/(secret|token|password|privateKey)$/i, () => hex(40)],
  [/(uuid|uid)$/i, () => randomUUID()],
  [/Id$/, () => hex(17)],
  [/version$/i, () => "1"],
  [/^(protocol|type|policy|mode|comment|description)$/i, () => ""],
];

function text(name: string, around: Surroundings): string {
  const found = texts.find(([pattern]) => pattern.test(name));
  return found ? found[1](around) : `${around.logicalName}-${hex(7)}`;
}

function label(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(-40)
    .replace(/^-/, "");
}

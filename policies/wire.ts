import { unknownValue } from "./rule.ts";

/**
 * Marks in values that travel between programs and the engine, which Pulumi's own SDK exports only as internals:
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts (November 2026).
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What stands for a value that a preview does not know: a boolean, number, string, list, asset, archive, object. */
const unknownMarks: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties as rules read them. */
export interface ReadProps {
  readonly props: Readonly<Record<string, unknown>>;
  /** Paths of secret values, as far as they are still marked. */
  readonly secrets: readonly string[];
}

/** Properties as they travel, made into what rules read: secrets unwrapped, unknown values marked in the one way. */
export function readProps(properties: object): ReadProps {
  const secrets: string[] = [];
  const plain = (value: unknown, path: readonly string[]): unknown => {
    if (unknownMarks.has(value)) return unknownValue;
    if (Array.isArray(value)) return value.map((element, index) => plain(element, [...path, String(index)]));
    if (typeof value !== "object" || value === null) return value;
    const signature: unknown = Reflect.get(value, signatureKey);
    const isOutput = signature === outputSignature;
    if (signature === secretSignature || (isOutput && Reflect.get(value, "secret") === true)) {
      secrets.push(path.join("."));
    }
    if (signature === secretSignature) return plain(Reflect.get(value, "value"), path);
    if (isOutput) return "value" in value ? plain(value.value, path) : unknownValue;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, [...path, key])]));
  };
  const entries = Object.entries(properties).map(([key, value]): [string, unknown] => [key, plain(value, [key])]);
  return { props: Object.fromEntries(entries), secrets };
}

import { createHash } from "node:crypto";
import { parseAllDocuments } from "yaml";

/** Files of a project that define custom kinds, as they lie in its repository and in its Go module. */
export interface DefinitionFiles {
  readonly files: readonly string[];
  /** The SHA-256 of the files, one after another. */
  readonly sha256: string;
}

/** The pinned files are not these. The message is meant for the person at the terminal. */
export class WrongDefinitions extends Error {
  override readonly name = "WrongDefinitions";
}

/**
 * Makes one JSON list of the definitions, in the order of the files, without the descriptions of fields: they are
 * nine tenths of the text, and the API server keeps all of it in memory.
 *
 * @throws WrongDefinitions when the files are not those that are pinned.
 */
export function assembleDefinitions({ files, sha256 }: DefinitionFiles, texts: readonly string[]): string {
  const actual = createHash("sha256").update(texts.join("")).digest("hex");
  if (actual !== sha256) {
    throw new WrongDefinitions(`${files.join(", ")} have the SHA-256 ${actual} together, but ${sha256} is pinned`);
  }
  const definitions = texts.flatMap((text) =>
    parseAllDocuments(text)
      .map((document): unknown => document.toJS())
      .filter((object) => isRecord(object) && object.kind === "CustomResourceDefinition"),
  );
  return JSON.stringify(definitions.map(shorten));
}

function shorten(definition: unknown): unknown {
  if (!isRecord(definition)) return definition;
  const { status: _, ...rest } = definition;
  const spec = isRecord(rest.spec) ? rest.spec : {};
  const versions = Array.isArray(spec.versions) ? spec.versions : [];
  return {
    ...rest,
    spec: {
      ...spec,
      versions: versions.map((version: unknown) => {
        if (!isRecord(version) || !isRecord(version.schema)) return version;
        return { ...version, schema: { openAPIV3Schema: withoutDescriptions(version.schema.openAPIV3Schema) } };
      }),
    },
  };
}

/** Fields of a schema that hold schemas by name. */
const named = new Set(["properties", "patternProperties", "definitions"]);
/** Fields of a schema that hold one schema or a list of them. */
const nested = new Set(["items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"]);

function withoutDescriptions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (!isRecord(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => key !== "description");
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (nested.has(key)) return [key, withoutDescriptions(value)];
      if (!named.has(key) || !isRecord(value)) return [key, value];
      return [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutDescriptions(one)]))];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

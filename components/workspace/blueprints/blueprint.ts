import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { type WorkspaceShape, workspaceShape } from "../spec.ts";

/** A blueprint's parameters with every default filled in: plain JSON. */
export type BlueprintParameters = Readonly<Record<string, unknown>>;

/** What an installation decides about a blueprint, rather than the one who asks for a workspace. */
export interface BlueprintConfig {
  /** Container image with its tag or digest. Default: the blueprint's `defaultImage`. */
  readonly image?: string;
}

/** A named, versioned template of a workspace, as everything but the blueprint itself sees it. */
export interface Blueprint {
  /** One DNS label. */
  readonly name: string;
  /** Grows with each change that an existing workspace would notice. */
  readonly version: number;
  /** Name for people. */
  readonly title: string;
  /** What it is for, in a sentence. */
  readonly description: string;
  /** Image where the installation's config names no other. */
  readonly defaultImage: string;
  /** What a delete that does not say does with the workspace's volume. */
  readonly volumeOnDelete: "keep" | "delete";
  /** Schema of the parameters; unknown ones are refused, missing ones get their default. */
  readonly parameters: z.ZodType<BlueprintParameters>;
  /** Parameters with defaults filled in; throws a `ZodError` naming each wrong one. */
  parse(parameters: unknown): BlueprintParameters;
  /** JSON Schema of the parameters as a caller gives them, for OpenAPI, forms and docs. */
  jsonSchema(): Readonly<Record<string, unknown>>;
  /** The computer that these parameters make; throws a `ZodError` when they are wrong. */
  shape(parameters: unknown, config?: BlueprintConfig): WorkspaceShape;
}

/** What a blueprint's own file says. */
export interface BlueprintDefinition<Schema extends z.ZodObject> {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly defaultImage: string;
  readonly volumeOnDelete: "keep" | "delete";
  /** A `z.strictObject` in which every parameter has a default and a description. */
  readonly parameters: Schema;
  readonly shape: (parameters: z.output<Schema>, image: string) => z.input<typeof workspaceShape>;
}

/** Makes a blueprint of its definition: the parameters' type stays inside. */
export function defineBlueprint<Schema extends z.ZodObject>(definition: BlueprintDefinition<Schema>): Blueprint {
  const { name, version, title, description, defaultImage, volumeOnDelete, parameters } = definition;
  return {
    name,
    version,
    title,
    description,
    defaultImage,
    volumeOnDelete,
    parameters,
    parse: (given) => parameters.parse(given),
    jsonSchema: () => z.toJSONSchema(parameters, { io: "input" }),
    shape: (given, config) =>
      workspaceShape.parse(definition.shape(parameters.parse(given), config?.image ?? defaultImage)),
  };
}

/** Parameters that a caller may leave out keep their present value: `changes` over `present`, validated as a whole. */
export function mergeParameters(blueprint: Blueprint, present: BlueprintParameters, changes: BlueprintParameters) {
  return blueprint.parse({ ...present, ...changes });
}

/** A blueprint that is not there, in words for who asked for it. */
export function unknownBlueprint(name: string, known: readonly string[]): UserError {
  return new UserError({ option: "blueprint", value: name, fix: `Choose one of: ${known.join(", ")}.` });
}

import type { Blueprint } from "./blueprint.ts";
import { desktop } from "./desktop.ts";
import { home } from "./home.ts";
import { ide } from "./ide.ts";
import { sandbox } from "./sandbox.ts";

export type { Blueprint, BlueprintConfig, BlueprintParameters } from "./blueprint.ts";
export { defineBlueprint, mergeParameters, unknownBlueprint } from "./blueprint.ts";

/** Every blueprint, by name. */
export const blueprints: Readonly<Record<string, Blueprint>> = {
  [desktop.name]: desktop,
  [home.name]: home,
  [ide.name]: ide,
  [sandbox.name]: sandbox,
};

/** The blueprint of that name, if there is one. */
export function findBlueprint(name: string): Blueprint | undefined {
  return Object.hasOwn(blueprints, name) ? blueprints[name] : undefined;
}

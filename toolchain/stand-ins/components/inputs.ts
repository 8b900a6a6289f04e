import * as pulumi from "@pulumi/pulumi";
import { checkInputs } from "../check.ts";
import { installedPackage, Typings } from "../typings/cache.ts";
import { unknown, type Value, type Values } from "../values.ts";

/**
 * Compares what a program gives a component with the npm package's typings.
 *
 * @throws pulumi.InputPropertiesError naming every property that is wrong.
 */
export async function checkComponent(name: string, type: string, inputs: pulumi.Inputs): Promise<void> {
  const shape = await new Typings(installedPackage(name)).resource(type);
  if (!shape) throw new Error(`@pulumi/${name} has no ${type}.`);
  const failures = checkInputs(shape, asValues(inputs));
  if (failures.length === 0) return;
  const errors = failures.map(({ property, reason }) => ({ propertyPath: property, reason }));
  throw new pulumi.InputPropertiesError({ message: `${type} cannot be made of this.`, errors });
}

/** What is an output may be unknown, and is another resource's to answer for. */
function asValue(input: unknown): Value {
  if (pulumi.Output.isInstance(input) || pulumi.Resource.isInstance(input)) return unknown;
  if (Array.isArray(input)) return input.map(asValue);
  if (typeof input === "object" && input !== null) return asValues(input);
  return typeof input === "string" || typeof input === "number" || typeof input === "boolean" ? input : null;
}

function asValues(inputs: object): Values {
  const given = Object.entries(inputs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, asValue(value)]));
}

/**
 * What decides how many children there are must be known when the program runs.
 *
 * @throws Error naming the property that holds an output.
 */
export function refuseOutputs(property: string, value: unknown): void {
  if (pulumi.Output.isInstance(value)) {
    throw new Error(`${property} must be a plain value, not an output: it decides which resources there are.`);
  }
  if (Array.isArray(value)) for (const [index, item] of value.entries()) refuseOutputs(`${property}[${index}]`, item);
}

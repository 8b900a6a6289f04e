import * as pulumi from "@pulumi/pulumi";
import { isRecord, type ResourceSubject } from "../../policies/rule.ts";
import { readProps } from "../../policies/wire.ts";
import { type Registration, resolved } from "./mocks.ts";

/** What a program registered, as rules see it, with the URNs that the engine would give. */
export function subjectsOf(registered: readonly Registration[], stack: string): readonly ResourceSubject[] {
  // Registrations name others by their logical name, which a provider may have in common with a component.
  const isProvider = ({ type }: Registration) => type.startsWith("pulumi:providers:");
  const named = (all: readonly Registration[]) => new Map(all.map((resource) => [resource.name, resource]));
  const providers = named(registered.filter(isProvider));
  const parents = named(registered.filter((resource) => !isProvider(resource)));
  // Types of the components that a resource is in, outermost first, as the engine writes them.
  const qualified = ({ type, parent }: Registration): string => {
    const above = parent === null ? undefined : parents.get(parent);
    return above === undefined ? type : `${qualified(above)}$${type}`;
  };
  const urnOf = (resource: Registration) => `urn:pulumi:${stack}::berth::${qualified(resource)}::${resource.name}`;
  return registered.map((resource) => {
    const { type, name, protect, inputs } = resource;
    if (!isRecord(inputs)) throw new Error(`${name} has no properties.`);
    const provider = providers.get(resource.provider);
    return {
      ...{ type, name, protect, urn: urnOf(resource), ...readProps(inputs) },
      ...(provider === undefined ? {} : { provider: urnOf(provider) }),
    };
  });
}

/** A stack with its outputs, as rules see it. */
export async function stackOf(outputs: object, stack: string): Promise<ResourceSubject> {
  const [type, name] = ["pulumi:pulumi:Stack", `berth-${stack}`];
  const all = await Promise.all(
    Object.entries(outputs).map(async ([key, value]: [string, unknown]) => {
      const output = pulumi.output(value);
      return { key, value: await resolved(output), secret: await pulumi.isSecret(output) };
    }),
  );
  return {
    ...{ type, name, urn: `urn:pulumi:${stack}::berth::${type}::${name}` },
    props: Object.fromEntries(all.map(({ key, value }) => [key, value])),
    secrets: all.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

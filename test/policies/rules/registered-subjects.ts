import * as pulumi from "@pulumi/pulumi";
import { isRecord, type ResourceSubject } from "../../../policies/rule.ts";
import { readProps } from "../../../policies/wire.ts";
import { type Registration, resolved } from "../../support/mocks.ts";

/** What a program registered, as rules see it. Of its parents a URN tells the nearest component. */
export function subjectsOf(registered: readonly Registration[], stack: string): readonly ResourceSubject[] {
  const components = new Map(
    registered.filter(({ type }) => type.startsWith("berth:")).map(({ type, name }) => [name, type]),
  );
  const urnOf = (type: string, name: string, parent: string | null = null) => {
    const component = parent === null ? undefined : components.get(parent);
    return `urn:pulumi:${stack}::berth::${component === undefined ? "" : `${component}$`}${type}::${name}`;
  };
  return registered.map(({ type, name, parent, provider, protect, inputs }) => {
    if (!isRecord(inputs)) throw new Error(`${name} has no properties.`);
    const about = { type, name, protect, urn: urnOf(type, name, parent), ...readProps(inputs) };
    return provider === "" ? about : { ...about, provider: urnOf(`pulumi:providers:${packageOf(type)}`, provider) };
  });
}

/** The package of a resource's type: "aws" of "aws:s3/bucket:Bucket". */
function packageOf(type: string): string {
  return type.slice(0, type.indexOf(":"));
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

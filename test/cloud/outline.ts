import type { Stack } from "@pulumi/pulumi/automation/index.js";

/** A resource in a stack's state. */
export interface MadeResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The resources in a stack's state, without the stack itself and the providers. */
export async function resourcesOf(stack: Stack): Promise<readonly MadeResource[]> {
  const { deployment } = await stack.exportStack();
  const resources: readonly MadeResource[] = deployment.resources ?? [];
  return resources.filter(({ type }) => !type.startsWith("pulumi:"));
}

/** The one of a type and a name. */
export async function resourceOf(stack: Stack, type: string, name: string): Promise<MadeResource> {
  const found = (await resourcesOf(stack)).find((one) => one.type === type && one.urn.endsWith(`::${name}`));
  if (!found) throw new Error(`The stack has no ${type} ${name}.`);
  return found;
}

/** The resources as an outline of types and names, each one's children below it in the order of type and name. */
export async function outlineOf(stack: Stack): Promise<readonly string[]> {
  const resources = (await resourcesOf(stack)).map((resource) => ({ ...resource, label: labelOf(resource) }));
  const below = (parent: string | undefined, depth: number): string[] =>
    resources
      .filter((resource) => (isRoot(resource) ? undefined : resource.parent) === parent)
      .sort((one, other) => (one.label < other.label ? -1 : 1))
      .flatMap(({ label, urn }) => [`${"  ".repeat(depth)}${label}`, ...below(urn, depth + 1)]);
  return below(undefined, 0);
}

function isRoot({ parent }: MadeResource): boolean {
  return parent?.includes("::pulumi:pulumi:Stack::") ?? true;
}

function labelOf({ type, urn }: MadeResource): string {
  return `${type} ${urn.slice(urn.lastIndexOf("::") + 2)}`;
}

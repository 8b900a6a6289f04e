import type { CustomResourceOptions } from "@pulumi/pulumi";

/** A child resource as its component is about to make it. */
export interface ChildDeclaration<Args> {
  readonly args: Args;
  readonly options: CustomResourceOptions;
}

/**
 * The way to change what a component has no argument for: gets a child's declaration, returns the one to use.
 *
 * @example transform: { namespace: ({ args, options }) => ({ args, options: { ...options, protect: true } }) }
 */
export type Transform<Args> = (child: ChildDeclaration<Args>) => ChildDeclaration<Args>;

/** The declaration to use: the component's own, or what its user made of it. */
export function declare<Args>(
  transform: Transform<Args> | undefined,
  args: Args,
  options: CustomResourceOptions,
): ChildDeclaration<Args> {
  return transform === undefined ? { args, options } : transform({ args, options });
}

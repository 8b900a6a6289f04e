import type { ComponentResourceOptions, CustomResourceOptions } from "@pulumi/pulumi";

/** A child resource as its component is about to make it. */
export interface ChildDeclaration<Args, Options = CustomResourceOptions> {
  /** Its inputs. */
  readonly args: Args;
  /** Its resource options. */
  readonly options: Options;
}

/**
 * The way to change what a component has no argument for: gets a child's declaration, returns the one to use.
 *
 * @example transform: { namespace: ({ args, options }) => ({ args, options: { ...options, protect: true } }) }
 */
export type Transform<Args, Options = CustomResourceOptions> = (
  child: ChildDeclaration<Args, Options>,
) => ChildDeclaration<Args, Options>;

/** The same for a child that is a component itself, such as `eks.Cluster`. */
export type ComponentTransform<Args> = Transform<Args, ComponentResourceOptions>;

/** The declaration to use: the component's own, or what its user made of it. */
export function declare<Args, Options = CustomResourceOptions>(
  transform: Transform<Args, Options> | undefined,
  args: Args,
  options: Options,
): ChildDeclaration<Args, Options> {
  return transform === undefined ? { args, options } : transform({ args, options });
}

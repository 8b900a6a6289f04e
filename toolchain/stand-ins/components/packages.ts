import type { ComponentResourceOptions, Input, Inputs } from "@pulumi/pulumi";

/** What a component gives back to the program. */
export interface Constructed {
  readonly urn: Input<string>;
  readonly state: Inputs;
}

type Construct = (name: string, inputs: Inputs, options: ComponentResourceOptions) => Promise<Constructed>;
type Components = Readonly<Record<string, Construct>>;

/** The packages and, by type, what makes their components; loaded when asked for, as each serves a process of its own. */
export const packages = {
  awsx: async (): Promise<Components> => {
    const { Vpc } = await import("./awsx/vpc.ts");
    return { "awsx:ec2:Vpc": Vpc.construct };
  },
  eks: async (): Promise<Components> => {
    const { Cluster } = await import("./eks/cluster.ts");
    return { "eks:index:Cluster": Cluster.construct };
  },
} as const satisfies Readonly<Record<string, () => Promise<Components>>>;

export type PackageName = keyof typeof packages;

export function isPackageName(name: string): name is PackageName {
  return Object.hasOwn(packages, name);
}

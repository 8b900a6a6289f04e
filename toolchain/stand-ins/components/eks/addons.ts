import { Addon } from "@pulumi/aws/eks/addon.js";
import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import { getAddonVersionOutput } from "@pulumi/aws/eks/getAddonVersion.js";
import type { KubeProxyAddonOptionsArgs, VpcCniOptionsArgs } from "@pulumi/eks/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { cniConfiguration, environment, sortedJson } from "./configuration.ts";

type Tags = pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;

/** Makes kube-proxy or CoreDNS; of what the program does not say, the newest for the cluster's version. */
export function makeAddon(
  name: string,
  addonName: "kube-proxy" | "coredns",
  { cluster, options, tags }: { cluster: Cluster; options: KubeProxyAddonOptionsArgs | undefined; tags: Tags },
  parent: pulumi.Resource,
): Addon {
  return new Addon(
    `${name}-${addonName}`,
    {
      clusterName: cluster.name,
      addonName,
      preserve: true,
      tags,
      resolveConflictsOnCreate: options?.resolveConflictsOnCreate ?? "OVERWRITE",
      resolveConflictsOnUpdate: options?.resolveConflictsOnUpdate ?? "OVERWRITE",
      addonVersion: options?.version ?? newest(addonName, cluster, parent),
      ...(options?.configurationValues === undefined
        ? {}
        : { configurationValues: pulumi.output(options.configurationValues).apply(sortedJson) }),
    },
    { parent },
  );
}

/** The VPC CNI, with the environment that the real component gives it. */
export class VpcCniAddon extends pulumi.ComponentResource {
  readonly addon: Addon;

  constructor(
    name: string,
    args: { cluster: Cluster; options: VpcCniOptionsArgs; tags: Tags },
    options: pulumi.ComponentResourceOptions,
  ) {
    super("eks:index:VpcCniAddon", name, {}, options);
    const { addonVersion, resolveConflictsOnCreate, resolveConflictsOnUpdate, ...rest } = args.options;
    const { configurationValues, enableNetworkPolicy, serviceAccountRoleArn, ...variables } = rest;
    const refused = Object.keys(variables).find((option) => !Object.hasOwn(environment, option));
    if (refused) throw new Error(`vpcCniOptions.${refused} is not supported by this stand-in of eks.`);
    const values = pulumi
      .all([pulumi.output(configurationValues), pulumi.output(enableNetworkPolicy), pulumi.output(variables)])
      .apply(([given, policy, chosen]) => cniConfiguration(given ?? {}, policy, chosen));
    this.addon = new Addon(
      name,
      {
        clusterName: args.cluster.name,
        addonName: "vpc-cni",
        addonVersion: addonVersion ?? newest("vpc-cni", args.cluster, this),
        resolveConflictsOnCreate: resolveConflictsOnCreate ?? "OVERWRITE",
        resolveConflictsOnUpdate: resolveConflictsOnUpdate ?? "OVERWRITE",
        preserve: true,
        configurationValues: values.apply(sortedJson),
        serviceAccountRoleArn,
        tags: args.tags,
      },
      { parent: this },
    );
    this.registerOutputs({ addon: this.addon });
  }
}

function newest(addonName: string, cluster: Cluster, parent: pulumi.Resource): pulumi.Output<string> {
  const found = getAddonVersionOutput({ addonName, kubernetesVersion: cluster.version, mostRecent: true }, { parent });
  return found.version;
}

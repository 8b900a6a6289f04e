import { Addon, type AddonArgs } from "@pulumi/aws/eks/addon.js";
import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { NetworkPolicy, type NetworkPolicyArgs } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { awaiting } from "../awaiting.ts";
import type { PolicyStatement } from "../policy-document.ts";
import { declare, type Transform } from "../transform.ts";
import { planClusterAddons } from "./plan.ts";
import { PodIdentity } from "./pod-identity.ts";
import { type ClusterSpecInput, parseClusterSpec } from "./spec.ts";

export interface ClusterAddonsArgs {
  /** The same as the cluster's. */
  readonly spec: ClusterSpecInput;
  /** Name of the cluster: `Cluster.clusterName`. */
  readonly clusterName: pulumi.Input<string>;
  /**
   * ARN of the key that encrypts volumes, where the storage class names one of its own.
   * @default AWS' own key for EBS, which needs no right
   */
  readonly volumeKeyArn?: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly systemPods?: Transform<NetworkPolicyArgs>;
    /** Applied to each add-on. */
    readonly addon?: Transform<AddonArgs>;
  };
}

/** The add-ons' resources. Add-ons are by EKS' names. */
export interface ClusterAddonsNodes {
  readonly systemPods: NetworkPolicy;
  readonly mirrorPods: {
    readonly policy: ValidatingAdmissionPolicy;
    readonly binding: ValidatingAdmissionPolicyBinding;
  };
  readonly ebsIdentity: PodIdentity;
  readonly addons: Readonly<Record<string, Addon>>;
}

/**
 * What a cluster has when it has nodes to run it on: CoreDNS spread over zones, the EBS driver that makes volumes with
 * rights of its own, the snapshot controller and Metrics Server; and before them what the pods of `kube-system` may do,
 * without which strict network policies would let none of them become Ready. Nodes can make no pods of their own.
 *
 * The driver may touch what carries the tag that it puts on what it makes. A volume or snapshot from elsewhere (one
 * that AWS Backup restored without its tags) needs `ebs.csi.aws.com/cluster: "true"` first.
 *
 * Goes after the nodes (`dependsOn: [nodes]`): an add-on is there when its pods are Ready. Takes two providers, AWS'
 * and the cluster's.
 *
 * Costs nothing beside what its pods take of the system pool's nodes.
 *
 * @example
 * new ClusterAddons("berth-addons", { spec, clusterName: cluster.clusterName }, {
 *   providers: [aws, kubernetes],
 *   dependsOn: [nodes],
 * });
 */
export class ClusterAddons extends pulumi.ComponentResource {
  /** Name of the cluster, known when all of its add-ons are there. */
  readonly clusterName: pulumi.Output<string>;
  readonly nodes: ClusterAddonsNodes;

  constructor(name: string, args: ClusterAddonsArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:cluster:ClusterAddons", name, {}, options);
    const plan = planClusterAddons(parseClusterSpec(args.spec));
    const { clusterName, volumeKeyArn, transform = {} } = args;
    const here = { parent: this };

    const policy = declare<NetworkPolicyArgs>(transform.systemPods, plan.systemPods, here);
    const systemPods = new NetworkPolicy(`${name}-system-pods`, policy.args, policy.options);
    const wall = new ValidatingAdmissionPolicy(`${name}-mirror-pods-policy`, plan.mirrorPods.policy, here);
    const mirrorPods = {
      policy: wall,
      binding: new ValidatingAdmissionPolicyBinding(`${name}-mirror-pods-binding`, plan.mirrorPods.binding, {
        ...here,
        dependsOn: [wall],
      }),
    };
    const ebsIdentity = new PodIdentity(
      `${name}-ebs`,
      { clusterName, ...plan.ebsIdentity, statements: volumeKeyArn === undefined ? [] : keyStatements(volumeKeyArn) },
      here,
    );
    const addons = Object.fromEntries(
      plan.addons.map((planned) => {
        const before = planned.addonName === "aws-ebs-csi-driver" ? [systemPods, ebsIdentity] : [systemPods];
        const addon = declare<AddonArgs>(transform.addon, { clusterName, ...planned }, { ...here, dependsOn: before });
        return [planned.addonName, new Addon(`${name}-${planned.addonName}`, addon.args, addon.options)];
      }),
    );

    this.nodes = { systemPods, mirrorPods, ebsIdentity, addons };
    this.clusterName = awaiting(clusterName, Object.values(addons));
    this.registerOutputs({ clusterName: this.clusterName });
  }
}

/** Source: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/install.md (encryption with a key) */
function keyStatements(keyArn: pulumi.Input<string>): readonly PolicyStatement[] {
  return [
    {
      sid: "EncryptVolumes",
      actions: ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
      resources: [keyArn],
    },
    {
      sid: "LetVolumesBeAttached",
      actions: ["kms:CreateGrant"],
      resources: [keyArn],
      conditions: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

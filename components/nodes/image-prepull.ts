import { DaemonSet, type DaemonSetArgs } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { NetworkPolicy, type NetworkPolicyArgs } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { imagePrepullManifest, imagePrepullNetworkPolicy } from "./manifests/image-prepull.ts";

export interface ImagePrepullArgs {
  /** Images by a name that stays, such as the blueprint's: a DNS label of at most 58 characters. */
  readonly images: Readonly<Record<string, pulumi.Input<string>>>;
  /** Namespace of the pods, which may be at the restricted Pod Security level. */
  readonly namespace: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly daemonSet?: Transform<DaemonSetArgs>;
    readonly networkPolicy?: Transform<NetworkPolicyArgs>;
  };
}

/** The prepull's objects. */
export interface ImagePrepullNodes {
  readonly networkPolicy: NetworkPolicy;
  readonly daemonSet: DaemonSet;
}

/**
 * Has the images of workspaces pulled to each of their nodes as soon as it is there, so that the first workspace on it
 * need not wait for a gigabyte. It runs nothing of the images.
 *
 * Costs nothing itself: 5 millicores and 8 MiB of each node.
 *
 * @example
 * new ImagePrepull("prepull", { images: { desktop: desktopImage.reference }, namespace: foundation.namespace });
 */
export class ImagePrepull extends pulumi.ComponentResource {
  readonly nodes: ImagePrepullNodes;

  constructor(name: string, args: ImagePrepullArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:nodes:ImagePrepull", name, {}, options);
    const { images, namespace, transform = {} } = args;
    const here = { parent: this };

    const wall = declare<NetworkPolicyArgs>(transform.networkPolicy, imagePrepullNetworkPolicy(namespace), here);
    const networkPolicy = new NetworkPolicy(`${name}-network-policy`, wall.args, wall.options);
    const pods = declare<DaemonSetArgs>(transform.daemonSet, imagePrepullManifest(images, namespace), {
      ...here,
      dependsOn: [networkPolicy],
    });
    const daemonSet = new DaemonSet(`${name}-daemon-set`, pods.args, pods.options);

    this.nodes = { networkPolicy, daemonSet };
    this.registerOutputs({});
  }
}

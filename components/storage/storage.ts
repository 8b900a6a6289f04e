import { CustomResource, type CustomResourceArgs } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { StorageClass, type StorageClassArgs } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../core/tags.ts";
import { declare, type Transform } from "../transform.ts";
import { defaultClassManifest, snapshotClassManifest } from "./plan.ts";
import { parseStorageSpec, type StorageSpecInput } from "./spec.ts";

export interface StorageArgs {
  /** Names, key and speed. Plain data, because the classes are made of it. */
  readonly spec: StorageSpecInput;
  /**
   * Tags of the volumes and snapshots: the driver makes them, so the provider's default tags do not reach them.
   * @default {}
   */
  readonly tags?: Tags;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly defaultClass?: Transform<StorageClassArgs>;
    readonly snapshotClass?: Transform<CustomResourceArgs>;
  };
}

/** The storage's objects. */
export interface StorageNodes {
  readonly defaultClass: StorageClass;
  readonly snapshotClass: CustomResource;
}

/**
 * The cluster's default storage class (gp3, encrypted, made where its pod runs, growing, gone with its claim) and its
 * class of volume snapshots, which stay. The class of workspaces' volumes is `Foundation`'s; `workspaceStorage` says what
 * it is made of on EBS.
 *
 * EKS' own class `gp2` is not touched: since Kubernetes 1.30 it is no default
 * (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-extended.html#kubernetes-1-30).
 *
 * The EBS CSI and snapshot controller add-ons must be there: `dependsOn: [addons]`.
 *
 * Costs nothing itself; a GB of gp3 is $0.08 a month, of a snapshot $0.05 (us-east-1,
 * https://aws.amazon.com/ebs/pricing/).
 *
 * @example
 * new Storage("storage", { spec: {}, tags }, { dependsOn: [addons] });
 * new Foundation("berth", { spec: { installation: "prod", storage: workspaceStorage({}, tags) } });
 */
export class Storage extends pulumi.ComponentResource {
  /** Name of the default class, known when it is there. */
  readonly className: pulumi.Output<string>;
  /** Name of the class of snapshots, known when it is there. */
  readonly snapshotClassName: pulumi.Output<string>;
  readonly nodes: StorageNodes;

  constructor(name: string, args: StorageArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:storage:Storage", name, {}, options);
    const spec = parseStorageSpec(args.spec);
    const { tags = {}, transform = {} } = args;
    const here = { parent: this };

    const volumes = declare<StorageClassArgs>(transform.defaultClass, defaultClassManifest(spec, tags), here);
    const defaultClass = new StorageClass(`${name}-default-class`, volumes.args, volumes.options);
    const snapshots = declare<CustomResourceArgs>(transform.snapshotClass, snapshotClassManifest(spec, tags), here);
    const snapshotClass = new CustomResource(`${name}-snapshot-class`, snapshots.args, snapshots.options);

    this.nodes = { defaultClass, snapshotClass };
    this.className = defaultClass.metadata.name;
    this.snapshotClassName = snapshotClass.metadata.name;
    this.registerOutputs({ className: this.className, snapshotClassName: this.snapshotClassName });
  }
}

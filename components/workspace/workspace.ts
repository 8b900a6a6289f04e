import { Deployment, type DeploymentArgs } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap, type ConfigMapArgs } from "@pulumi/kubernetes/core/v1/configMap.js";
import { LimitRange, type LimitRangeArgs } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import {
  PersistentVolumeClaim,
  type PersistentVolumeClaimArgs,
} from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { ResourceQuota, type ResourceQuotaArgs } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { Secret, type SecretArgs } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service, type ServiceArgs } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount, type ServiceAccountArgs } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { Ingress, type IngressArgs } from "@pulumi/kubernetes/networking/v1/ingress.js";
import { NetworkPolicy, type NetworkPolicyArgs } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import type { Metadata } from "./manifests/metadata.ts";
import { planWorkspace } from "./plan.ts";
import { parseWorkspaceSpec, type WorkspaceSpecInput, workspaceUrl } from "./spec.ts";

export interface WorkspaceArgs {
  /**
   * What the workspace is: whose, which shape, where it runs and how it is reached. Plain data, because it decides
   * which objects exist. `composeWorkspace` makes one of a blueprint and its parameters.
   */
  readonly spec: WorkspaceSpecInput;
  /**
   * Whether `up` ends when the objects are accepted, not when the workspace answers, and `destroy` when the namespace
   * is marked for deletion, not when it is gone. For callers that wait themselves.
   * @default false
   */
  readonly skipAwait?: boolean;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: WorkspaceTransforms;
}

/** Children of a workspace that a transform can change. */
export interface WorkspaceTransforms {
  readonly namespace?: Transform<NamespaceArgs>;
  readonly serviceAccount?: Transform<ServiceAccountArgs>;
  readonly resourceQuota?: Transform<ResourceQuotaArgs>;
  readonly limitRange?: Transform<LimitRangeArgs>;
  readonly denyAll?: Transform<NetworkPolicyArgs>;
  readonly fromRouter?: Transform<NetworkPolicyArgs>;
  readonly toInternet?: Transform<NetworkPolicyArgs>;
  readonly home?: Transform<PersistentVolumeClaimArgs>;
  readonly identity?: Transform<SecretArgs>;
  readonly settings?: Transform<ConfigMapArgs>;
  readonly deployment?: Transform<DeploymentArgs>;
  readonly service?: Transform<ServiceArgs>;
  readonly ingress?: Transform<IngressArgs>;
}

/** The workspace's objects. */
export interface WorkspaceNodes {
  readonly namespace: Namespace;
  readonly serviceAccount: ServiceAccount;
  readonly resourceQuota: ResourceQuota;
  readonly limitRange: LimitRange;
  readonly denyAll: NetworkPolicy;
  readonly fromRouter: NetworkPolicy | null;
  readonly toInternet: NetworkPolicy;
  readonly home: PersistentVolumeClaim;
  readonly identity: Secret;
  readonly settings: ConfigMap;
  readonly deployment: Deployment;
  readonly service: Service;
  readonly ingress: Ingress | null;
}

/**
 * One user's computer on Kubernetes: a namespace of its own at the restricted Pod Security level, closed to all but
 * the router and the public internet, with a volume, and one pod that no rule of the cluster lets out.
 *
 * The volume claim is never replaced: once it is there, only its size is still looked at, and it only grows. Nothing
 * here sets the number of replicas: putting the workspace to sleep and waking it does not go through Pulumi.
 *
 * The provider should have `enableConfigMapMutable` and `enableSecretMutable`, or a changed setting replaces its object.
 *
 * Costs nothing itself; a `desktop` takes 2 CPUs and 4 GiB of a node while awake (a third of an m7i.2xlarge, about
 * $98 a month in us-east-1 if never asleep) and 20 GB of disk always (gp3: $1.60 a month).
 *
 * @example
 * const alice = new Workspace("alice", {
 *   spec: composeWorkspace({ id: "ws-alice", owner: "alice", blueprint: "desktop", host: "alice.desk.example.com" }),
 * });
 * export const url = alice.url;
 */
export class Workspace extends pulumi.ComponentResource {
  /** Where the browser finds it; `null` when it is not exposed. */
  readonly url: pulumi.Output<string | null>;
  /** Name of its namespace, known when the namespace is there. */
  readonly namespace: pulumi.Output<string>;
  /** Name of its Service in the cluster's DNS. */
  readonly address: pulumi.Output<string>;
  readonly nodes: WorkspaceNodes;

  constructor(name: string, args: WorkspaceArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:workspace:Workspace", name, {}, options);
    const spec = parseWorkspaceSpec(args.spec);
    const plan = planWorkspace(spec);
    const make = childrenOf(this, name, args.skipAwait ?? false);
    const { transform = {} } = args;

    const namespace = make(Namespace, "namespace", plan.namespace, transform.namespace, {});
    const inside = { dependsOn: [namespace], deletedWith: namespace };
    const serviceAccount = make(
      ServiceAccount,
      "service-account",
      plan.serviceAccount,
      transform.serviceAccount,
      inside,
    );
    const resourceQuota = make(ResourceQuota, "quota", plan.resourceQuota, transform.resourceQuota, inside);
    const limitRange = make(LimitRange, "limits", plan.limitRange, transform.limitRange, inside);
    const denyAll = make(NetworkPolicy, "deny-all", plan.denyAll, transform.denyAll, inside);
    const fromRouter =
      plan.fromRouter && make(NetworkPolicy, "from-router", plan.fromRouter, transform.fromRouter, inside);
    const toInternet = make(NetworkPolicy, "to-internet", plan.toInternet, transform.toInternet, inside);
    const home = make(PersistentVolumeClaim, "home", plan.home, transform.home, {
      ...inside,
      ignoreChanges: [...fixedClaimFields],
    });
    const secret = { ...plan.identity, data: pulumi.secret(plan.identity.data) };
    const identity = make(Secret, "identity", secret, transform.identity, inside);
    const settings = make(ConfigMap, "settings", plan.settings, transform.settings, inside);
    const service = make(Service, "service", plan.service, transform.service, inside);
    const ingress = plan.ingress && make(Ingress, "ingress", plan.ingress, transform.ingress, inside);
    // The pod must not run before the walls around it stand, and it needs the rest to start.
    const walls = fromRouter === null ? [denyAll, toInternet] : [denyAll, toInternet, fromRouter];
    const deployment = make(Deployment, "deployment", plan.deployment, transform.deployment, {
      ...inside,
      dependsOn: [...walls, serviceAccount, resourceQuota, limitRange, home, identity, settings],
    });

    this.nodes = {
      ...{ namespace, serviceAccount, resourceQuota, limitRange, denyAll, fromRouter, toInternet },
      ...{ home, identity, settings, deployment, service, ingress },
    };
    this.url = pulumi.output(spec.expose === "none" ? null : workspaceUrl(spec));
    this.namespace = namespace.metadata.name;
    this.address = pulumi.interpolate`${service.metadata.name}.${this.namespace}.svc`;
    this.registerOutputs({ url: this.url, namespace: this.namespace, address: this.address });
  }
}

/**
 * What of a volume claim is fixed when it is made. A change of these would make the provider replace the claim, and
 * with it the user's data: another storage class holds for new workspaces only.
 */
const fixedClaimFields = [
  "spec.accessModes",
  "spec.dataSource",
  "spec.dataSourceRef",
  "spec.selector",
  "spec.storageClassName",
  "spec.volumeMode",
  "spec.volumeName",
] as const;

/** Makes the children of one workspace: as the plan says, or as the user's transform has it. */
function childrenOf(parent: Workspace, name: string, skipAwait: boolean) {
  return <Args, Planned extends Args & { readonly metadata: Metadata }, Resource>(
    type: new (name: string, args?: Args, options?: pulumi.CustomResourceOptions) => Resource,
    role: string,
    planned: Planned,
    transform: Transform<Args> | undefined,
    options: pulumi.CustomResourceOptions,
  ): Resource => {
    const { metadata } = planned;
    const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "true" };
    const args = skipAwait ? { ...planned, metadata: { ...metadata, annotations } } : planned;
    const child = declare<Args>(transform, args, { ...options, parent });
    return new type(`${name}-${role}`, child.args, child.options);
  };
}

import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { ClusterRole, type ClusterRoleArgs } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import { StorageClass, type StorageClassArgs } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { planFoundation } from "./plan.ts";
import { type FoundationSpecInput, parseFoundationSpec } from "./spec.ts";

export interface FoundationArgs {
  /** What the installation decides. Plain data, because names and rules are made of it. */
  readonly spec: FoundationSpecInput;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly engineRole?: Transform<ClusterRoleArgs>;
    readonly storageClass?: Transform<StorageClassArgs>;
  };
}

/** The foundation's objects. */
export interface FoundationNodes {
  readonly namespace: Namespace;
  readonly defaultDeny: NetworkPolicy;
  readonly serviceAccounts: Readonly<Record<"api" | "router" | "engine", ServiceAccount>>;
  readonly policies: readonly ValidatingAdmissionPolicy[];
  readonly policyBindings: readonly ValidatingAdmissionPolicyBinding[];
  readonly engineRole: ClusterRole;
  readonly engineBinding: ClusterRoleBinding;
  readonly priorityClasses: Readonly<Record<"platform" | "workspace", PriorityClass>>;
  readonly storageClass: StorageClass;
}

/**
 * What any cluster needs before the first workspace: the platform's namespace, closed but for what other policies let
 * pass, three ServiceAccounts (the API's and the router's without any right), admission policies that confine the engine
 * to the namespaces and volumes of workspaces, then the engine's role, priority classes, and the storage class whose
 * volumes outlive their claims.
 *
 * Costs nothing: it holds no pod.
 *
 * @example
 * new Foundation("berth", { spec: { installation: "prod", storage: { provisioner: "ebs.csi.aws.com" } } });
 */
export class Foundation extends pulumi.ComponentResource {
  /** Namespace of the platform's programs. */
  readonly namespace: pulumi.Output<string>;
  /** Storage class of workspaces' volumes. */
  readonly storageClassName: pulumi.Output<string>;
  readonly nodes: FoundationNodes;

  constructor(name: string, args: FoundationArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:platform:Foundation", name, {}, options);
    const plan = planFoundation(parseFoundationSpec(args.spec));
    const { transform = {} } = args;
    const here = { parent: this };

    const system = declare<NamespaceArgs>(transform.namespace, plan.namespace, here);
    const namespace = new Namespace(`${name}-namespace`, system.args, system.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const defaultDeny = new NetworkPolicy(`${name}-default-deny`, plan.defaultDeny, inside);
    const serviceAccounts = {
      api: new ServiceAccount(`${name}-api`, plan.api, inside),
      router: new ServiceAccount(`${name}-router`, plan.router, inside),
      engine: new ServiceAccount(`${name}-engine`, plan.engine, inside),
    };

    const policies = Object.entries(plan.policies).map(
      ([what, policy]) => new ValidatingAdmissionPolicy(`${name}-${what}-policy`, policy, here),
    );
    const policyBindings = Object.entries(plan.policyBindings).map(
      ([what, binding]) =>
        new ValidatingAdmissionPolicyBinding(`${name}-${what}-binding`, binding, { ...here, dependsOn: policies }),
    );
    // The engine gets its rights when the walls stand, and loses them before they fall.
    const role = declare<ClusterRoleArgs>(transform.engineRole, plan.engineRole, here);
    const engineRole = new ClusterRole(`${name}-engine-role`, role.args, role.options);
    const engineBinding = new ClusterRoleBinding(`${name}-engine-binding`, plan.engineBinding, {
      ...here,
      dependsOn: [engineRole, serviceAccounts.engine, ...policyBindings],
    });

    const priorityClasses = {
      platform: new PriorityClass(`${name}-platform-priority`, plan.platformPriority, here),
      workspace: new PriorityClass(`${name}-workspace-priority`, plan.workspacePriority, here),
    };
    const storage = declare<StorageClassArgs>(transform.storageClass, plan.storageClass, here);
    const storageClass = new StorageClass(`${name}-storage-class`, storage.args, storage.options);

    this.nodes = {
      ...{ namespace, defaultDeny, serviceAccounts, policies, policyBindings },
      ...{ engineRole, engineBinding, priorityClasses, storageClass },
    };
    this.namespace = namespace.metadata.name;
    this.storageClassName = storageClass.metadata.name;
    this.registerOutputs({ namespace: this.namespace, storageClassName: this.storageClassName });
  }
}

import { PodIdentityAssociation, type PodIdentityAssociationArgs } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import { attachPolicies } from "../attached-policies.ts";
import { type PolicyStatement, policyDocument } from "../policy-document.ts";
import { declare, type Transform } from "../transform.ts";

export interface PodIdentityArgs {
  /** The cluster in which the pods run. */
  readonly clusterName: pulumi.Input<string>;
  /** Namespace of the pods' ServiceAccount. */
  readonly namespace: string;
  /** Name of the pods' ServiceAccount. It need not exist yet. */
  readonly serviceAccount: string;
  /** What the pods may do, and nothing else. */
  readonly statements: readonly PolicyStatement[];
  /**
   * ARNs of managed policies that are attached too: only where AWS keeps the list itself, as for its own add-ons.
   * @default []
   */
  readonly managedPolicies?: readonly string[];
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly role?: Transform<RoleArgs>;
    readonly association?: Transform<PodIdentityAssociationArgs>;
  };
}

/** The identity's resources. Managed policies are by name. */
export interface PodIdentityNodes {
  readonly role: Role;
  readonly policy: RolePolicy | null;
  readonly managedPolicies: Readonly<Record<string, RolePolicyAttachment>>;
  readonly association: PodIdentityAssociation;
}

/**
 * Rights in AWS for the pods of one ServiceAccount: a role that only this ServiceAccount of this cluster can take, what
 * it may do, and the association from which the Pod Identity agent on each node gives the pods its credentials.
 *
 * A pod gets credentials only when the association was there before the pod: what runs the pods must have
 * `dependsOn: [identity]`. Pods that reach AWS from behind a NetworkPolicy need 169.254.170.23 port 80, the agent.
 *
 * Costs nothing.
 *
 * @example
 * const identity = new PodIdentity("logs", {
 *   clusterName: cluster.clusterName, namespace: "logging", serviceAccount: "fluent-bit",
 *   statements: [{ actions: ["logs:PutLogEvents"], resources: [pulumi.interpolate`${group.arn}:*`] }],
 * });
 */
export class PodIdentity extends pulumi.ComponentResource {
  /** ARN of the role, known when its rights and the association are there. */
  readonly roleArn: pulumi.Output<string>;
  readonly nodes: PodIdentityNodes;

  constructor(name: string, args: PodIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:cluster:PodIdentity", name, {}, options);
    const { clusterName, namespace, serviceAccount, statements, managedPolicies = [], transform = {} } = args;
    const here = { parent: this };

    const assumed = declare<RoleArgs>(
      transform.role,
      { description: `Pods of ${namespace}/${serviceAccount}`, assumeRolePolicy: trustPolicy(args) },
      here,
    );
    const role = new Role(`${name}-role`, assumed.args, assumed.options);
    const policy =
      statements.length === 0
        ? null
        : new RolePolicy(`${name}-policy`, { role: role.name, policy: policyDocument(statements) }, here);
    const attachments = attachPolicies(name, role, managedPolicies, here);
    // A pod must not start with half of its rights.
    const rights = [...(policy === null ? [] : [policy]), ...Object.values(attachments)];
    const associated = declare<PodIdentityAssociationArgs>(
      transform.association,
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      { ...here, dependsOn: rights },
    );
    const association = new PodIdentityAssociation(`${name}-association`, associated.args, associated.options);

    this.nodes = { role, policy, managedPolicies: attachments, association };
    this.roleArn = association.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/**
 * Without the conditions any association of the account could name the role, and whoever may make associations could
 * give its rights to any pod: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
function trustPolicy({ clusterName, namespace, serviceAccount }: PodIdentityArgs): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-name": clusterName,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": serviceAccount,
          },
        },
      },
    ],
  });
}

import { createHash } from "node:crypto";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceRoleArgs {
  /** The service that takes the role on: "eks.amazonaws.com". */
  readonly service: string;
  readonly description?: string;
  /** Names of AWS' own policies: "AmazonEKSClusterPolicy". */
  readonly policies: readonly string[];
  readonly actions: readonly string[];
  readonly tags: pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;
}

/** A role of a service with AWS' own policies attached, under the names that the real component gives them. */
export class ServiceRole extends pulumi.ComponentResource {
  readonly role: Role;
  readonly attachments: readonly RolePolicyAttachment[];

  constructor(name: string, args: ServiceRoleArgs, options: pulumi.ComponentResourceOptions) {
    super("eks:index:ServiceRole", name, {}, options);
    const { service, description, policies, actions, tags } = args;
    this.role = new Role(
      `${name}-role`,
      {
        ...(description === undefined ? {} : { description }),
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Action: actions, Effect: "Allow", Principal: { Service: [service] } }],
        }),
        tags,
      },
      { parent: this },
    );
    this.attachments = policies.map((policy) => {
      const policyArn = `arn:aws:iam::aws:policy/${policy}`;
      return new RolePolicyAttachment(
        `${name}-${shortHash(policyArn)}`,
        { policyArn, role: this.role.name },
        { parent: this },
      );
    });
    this.registerOutputs({ directRole: this.role, resolvedRole: this.role });
  }
}

/** The eight digits by which the real component names an attachment; a name, no secret. */
function shortHash(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 8);
}

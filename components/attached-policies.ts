import type { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** Managed policies attached to a role, by the policies' own names, which are the ends of their ARNs. */
export function attachPolicies(
  name: string,
  role: Role,
  policyArns: readonly string[],
  options: CustomResourceOptions,
): Readonly<Record<string, RolePolicyAttachment>> {
  return Object.fromEntries(
    policyArns.map((policyArn) => {
      const policyName = policyArn.slice(policyArn.lastIndexOf("/") + 1);
      return [policyName, new RolePolicyAttachment(`${name}-${policyName}`, { role: role.name, policyArn }, options)];
    }),
  );
}

import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import type { AccessEntryArgs } from "@pulumi/eks/types/input.js";
import * as pulumi from "@pulumi/pulumi";

/** Who may come into the cluster, and with which of AWS' access policies. */
export function makeAccessEntries(
  name: string,
  cluster: Cluster,
  entries: Readonly<Record<string, AccessEntryArgs>>,
  parent: pulumi.Resource,
): AccessEntry[] {
  return Object.entries(entries).map(([key, { principalArn, kubernetesGroups, tags, type, username, ...rest }]) => {
    const clusterName = cluster.name;
    const entry = new AccessEntry(
      `${name}-${key}`,
      { clusterName, principalArn, kubernetesGroups, tags, type, userName: username },
      { parent, dependsOn: [cluster] },
    );
    for (const [policy, association] of Object.entries(rest.accessPolicies ?? {})) {
      const { accessScope, policyArn } = pulumi.output(association);
      new AccessPolicyAssociation(
        `${name}-${key}-${policy}`,
        { clusterName, principalArn, accessScope, policyArn },
        { parent: entry, dependsOn: [entry] },
      );
    }
    return entry;
  });
}

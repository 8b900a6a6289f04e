import { applyObject } from "../../../provisioner/runtimes/kubernetes/apply.ts";
import type { KubernetesClient } from "../../../provisioner/runtimes/kubernetes/client.ts";
import { simulatedNode } from "../../platform/components.ts";
import type { Cloud, CloudResource } from "../cloud.ts";
import type { Hook } from "../hooks.ts";
import { isObject, type Value, type Values } from "../values.ts";
import { inCluster, removeObject } from "./client.ts";

/** EKS writes a taint's effect in another way than Kubernetes: https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html */
const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** A node group's machines join the cluster as simulated nodes, as many as are desired. */
export const nodeGroupHook: Hook = {
  created: (group, cloud) =>
    inCluster(async (client) => {
      const { nodeGroupName, scalingConfig, labels, taints } = group.state;
      const wanted = isObject(scalingConfig) ? Number(scalingConfig.desiredSize) : 0;
      const traits = {
        labels: {
          "eks.amazonaws.com/nodegroup": String(nodeGroupName),
          "topology.kubernetes.io/zone": zoneOf(group, cloud),
          ...(isObject(labels) ? texts(labels) : {}),
        },
        taints: list(taints).flatMap((taint) => (isObject(taint) ? [taintOf(taint)] : [])),
      };
      for (let index = 1; index <= wanted; index += 1) {
        await applyObject(client, simulatedNode(`${nodeGroupName}-${index}`, traits), "berth-stand-in");
      }
      await removeNodes(client, String(nodeGroupName), wanted);
    }),
  deleted: ({ state }) => inCluster((client) => removeNodes(client, String(state.nodeGroupName), 0)),
};

/** Removes the nodes of a group beyond the first ones. */
async function removeNodes(client: KubernetesClient, group: string, kept: number): Promise<void> {
  const path = "/api/v1/nodes";
  const found = await client.request({ path, query: { labelSelector: `eks.amazonaws.com/nodegroup=${group}` } });
  const items = typeof found === "object" && found !== null && "items" in found ? found.items : [];
  for (const { metadata } of Array.isArray(items) ? items : []) {
    const index = Number(String(metadata.name).slice(group.length + 1));
    if (index > kept) await removeObject(client, `${path}/${metadata.name}`);
  }
}

function zoneOf({ inputs }: CloudResource, cloud: Cloud): string {
  const [subnet] = list(inputs.subnetIds);
  return String(cloud.get("aws:ec2/subnet:Subnet", String(subnet))?.state.availabilityZone ?? "");
}

function taintOf({ key, value, effect }: Values) {
  return { key: String(key), value: String(value ?? ""), effect: effects[String(effect)] ?? String(effect) };
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function texts(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

import type { types } from "@pulumi/kubernetes";
import type { ObjectName } from "./provider.ts";

/** The name of a ConfigMap. */
export function configMap(name: string, namespace: string): ObjectName {
  return { apiVersion: "v1", kind: "ConfigMap", name, namespace };
}

/** A Deployment's spec that the simulated nodes run at once. */
export function deployment(app: string, pod: Partial<types.input.core.v1.PodSpec> = {}) {
  const resources = { limits: { cpu: "0.5" } };
  const containers = [{ name: "main", image: "example.com/main:1", ports: [{ containerPort: 80 }], resources }];
  return {
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers, ...pod } },
  };
}

/** A part of a pod's spec that no node satisfies. */
export const unschedulable: Partial<types.input.core.v1.PodSpec> = { nodeSelector: { "example.com/none": "such" } };

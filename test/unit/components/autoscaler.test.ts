import { describe, expect, test } from "vitest";
import { versionsWith } from "../../../components/cluster/versions.ts";
import { autoscalerImageTag, autoscalerValues } from "../../../components/nodes/plan-autoscaler.ts";
import { parseAutoscalerSpec } from "../../../components/nodes/spec-autoscaler.ts";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { planWorkspace } from "../../../components/workspace/plan.ts";
import { desktopOrder } from "./orders.ts";

describe("the autoscaler", () => {
  test("is of the cluster's minor version", () => {
    for (const version of [...versionsWith("standard"), ...versionsWith("extended")]) {
      expect(autoscalerImageTag(version)).toMatch(new RegExp(`^v${version.replace(".", "\\.")}\\.\\d+$`));
    }
    expect(() => autoscalerImageTag("1.28")).toThrow(
      'clusterVersion: found "1.28". There is an autoscaler for 1.31, 1.32, 1.33, 1.34, 1.35, 1.36: write one of these.',
    );
  });

  test("runs where nodes are not scaled away, confined, and moves nothing that says it must stay", () => {
    expect(autoscalerValues(parseAutoscalerSpec({ idleMinutes: 5 }), "1.34", "eu-central-1")).toEqual({
      fullnameOverride: "cluster-autoscaler",
      cloudProvider: "aws",
      awsRegion: "eu-central-1",
      image: { tag: autoscalerImageTag("1.34") },
      replicaCount: 2,
      rbac: { serviceAccount: { create: true, name: "cluster-autoscaler" } },
      priorityClassName: "system-cluster-critical",
      nodeSelector: { "berth.dev/pool": "system" },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "berth.dev/component": "autoscaler" } },
        },
      ],
      podLabels: { "berth.dev/component": "autoscaler" },
      resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "500m", memory: "600Mi" } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containerSecurityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        readOnlyRootFilesystem: true,
      },
      extraArgs: {
        v: 2,
        "balance-similar-node-groups": "true",
        expander: "least-waste",
        "scale-down-unneeded-time": "5m",
        "scale-down-utilization-threshold": "0.5",
        "ignore-daemonsets-utilization": "true",
        "skip-nodes-with-local-storage": "false",
        "skip-nodes-with-system-pods": "false",
      },
    });
    const { metadata } = planWorkspace(composeWorkspace(desktopOrder)).deployment.spec.template;
    expect(metadata.annotations).toEqual({ "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" });
  });

  test("is scraped by a ServiceMonitor where there are such", () => {
    expect(autoscalerValues(parseAutoscalerSpec({ serviceMonitor: true }), "1.35", "eu-central-1")).toMatchObject({
      serviceMonitor: { enabled: true, namespace: "cluster-autoscaler" },
    });
  });

  test("refuses what would never or always take nodes away", () => {
    expect(() => parseAutoscalerSpec({ replicas: 0, idleMinutes: 0.5, idleBelow: 1 })).toThrow(
      [
        "spec.replicas: found 0. Write 1 to 3.",
        "spec.idleMinutes: found 0.5. Write a whole number.",
        "spec.idleBelow: found 1. Write 0.05 to 0.95.",
      ].join("\n"),
    );
  });
});

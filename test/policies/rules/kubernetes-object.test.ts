import { describe, expect, test } from "vitest";
import { leaveGatewaysOut } from "../../../policies/rules/kubernetes-gateway/leave-out.ts";
import { labelKubernetesObject } from "../../../policies/rules/kubernetes-object/label.ts";
import { describeStackRule } from "./describe-rule.ts";
import { inPlatform, inWorkspace, subjectOf, workspaceNamespace } from "./kubernetes-fixtures.ts";

const fixOfWorkspace = "Give it workspaceLabels(…), with the workspace's own id.";
const service = "workspace-workspace (kubernetes:core/v1:Service): its labels do not say whose it is:";
describeStackRule(
  labelKubernetesObject,
  {
    namespace: workspaceNamespace,
    service: inWorkspace("kubernetes:core/v1:Service", "workspace", {}),
    issuer: inPlatform("kubernetes:cert-manager.io/v1:ClusterIssuer", "issuer", {}),
    release: subjectOf("kubernetes:helm.sh/v3:Release", "release", { chart: "traefik" }),
    patch: subjectOf("kubernetes:core/v1:NamespacePatch", "patch", { metadata: { name: "kube-system" } }),
    bucket: subjectOf("aws:s3/bucket:Bucket", "bucket", {}),
  },
  {
    refuses: {
      "an object without labels": {
        change: [["service", "metadata", "labels"], undefined],
        says: [
          `${service} app.kubernetes.io/managed-by is missing, berth.dev/workspace is missing, berth.dev/owner is missing, berth.dev/blueprint is missing, berth.dev/installation is missing. ${fixOfWorkspace}`,
        ],
      },
      "a workspace's object without its owner": {
        change: [["service", "metadata", "labels", "berth.dev/owner"], undefined],
        says: [`${service} berth.dev/owner is missing. ${fixOfWorkspace}`],
      },
      "a workspace's object with another one's label": {
        change: [["service", "metadata", "labels", "berth.dev/workspace"], "ws-bob"],
        says: [`${service} berth.dev/workspace is "ws-bob". ${fixOfWorkspace}`],
      },
      "an object that somebody else manages": {
        change: [["issuer", "metadata", "labels", "app.kubernetes.io/managed-by"], "helm"],
        says: [
          'issuer (kubernetes:cert-manager.io/v1:ClusterIssuer): its labels do not say whose it is: app.kubernetes.io/managed-by is "helm". Give it componentLabels("…"), with the part of the platform that it belongs to.',
        ],
      },
      "an object of a definition without its component": {
        change: [["issuer", "metadata", "labels", "berth.dev/component"], undefined],
        says: [
          'issuer (kubernetes:cert-manager.io/v1:ClusterIssuer): its labels do not say whose it is: berth.dev/component is missing. Give it componentLabels("…"), with the part of the platform that it belongs to.',
        ],
      },
    },
    waitsFor: [
      ["service", "metadata", "labels"],
      ["service", "metadata", "labels", "berth.dev/owner"],
      ["service", "metadata", "labels", "berth.dev/workspace"],
      ["service", "metadata", "namespace"],
      ["service", "metadata"],
    ],
  },
);

describe("kubernetes-gateway-leave-out", () => {
  const route = inPlatform("kubernetes:networking.k8s.io/v1:Ingress", "route", {});

  test("has nothing to say of an Ingress", () => {
    expect(leaveGatewaysOut.checkStack([route])).toEqual([]);
  });

  test("refuses what is of the Gateway API, whatever else is known of it", () => {
    const gateway = inPlatform("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "route", {});
    expect(leaveGatewaysOut.checkStack([gateway])).toEqual([
      {
        message:
          "route (kubernetes:gateway.networking.k8s.io/v1:HTTPRoute): it is of the Gateway API, whose routes no rule judges. Lead to it by an IngressRoute of the edge, or by an Ingress.",
        urn: gateway.urn,
      },
    ]);
  });
});

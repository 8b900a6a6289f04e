import { componentLabels } from "../../core/labels.ts";

const name = "berth-mirror-pods";

/**
 * Refuses the pods that nodes themselves make. A kubelet may announce static pods, in any namespace and with any labels:
 * whoever has broken out of a workspace into its node could so have a pod of the name and labels of the router, to which
 * Services send its traffic and whom network policies let in everywhere. Nodes of EKS have no static pods.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export function mirrorPodsWall() {
  return {
    policy: {
      apiVersion: "admissionregistration.k8s.io/v1" as const,
      kind: "ValidatingAdmissionPolicy" as const,
      metadata: { name, labels: componentLabels("cluster") },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["*"], operations: ["CREATE"], resources: ["pods"], scope: "Namespaced" },
          ],
        },
        matchConditions: [{ name: "node", expression: "'system:nodes' in request.userInfo.groups" }],
        validations: [{ expression: "false", message: "Nodes may not make pods of their own.", reason: "Forbidden" }],
      },
    },
    binding: {
      apiVersion: "admissionregistration.k8s.io/v1" as const,
      kind: "ValidatingAdmissionPolicyBinding" as const,
      metadata: { name, labels: componentLabels("cluster") },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  };
}

import { hasUnknown, isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";

export const encryptEksClusterSecrets = {
  name: "aws-eks-cluster-encrypt-secrets",
  description:
    "Secrets in the cluster's store are encrypted with a key of one's own, which can be watched and taken away.",
  severity: "mandatory",
  types: ["aws:eks/cluster:Cluster"],
  check(subject) {
    const config = read(subject.props, "encryptionConfig");
    const resources = read(config, "resources");
    if (isUnknown(config) || hasUnknown(resources)) return [];
    const key = read(config, "provider", "keyArn");
    if (readList(resources).includes("secrets") && (isUnknown(key) || (typeof key === "string" && key !== ""))) {
      return [];
    }
    return [
      violation(
        subject,
        "the cluster's secrets are not encrypted with a key of yours.",
        'Set encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] }.',
      ),
    ];
  },
} satisfies ResourceRule;

import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { objectName, shown } from "../kubernetes-shared/objects.ts";

/** Those of EBS: what others encrypt is not said by the class. */
const provisioners: readonly unknown[] = ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"];

export const encryptStorageClass = {
  name: "kubernetes-storage-class-encrypt",
  description: "Volumes are encrypted at rest, as their class says: EBS encrypts only what it is told to.",
  severity: "mandatory",
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  check: (subject) => {
    if (!provisioners.includes(read(subject.props, "provisioner"))) return [];
    const encrypted = read(subject.props, "parameters", "encrypted");
    if (encrypted === "true" || isUnknown(encrypted)) return [];
    return [
      violation(
        subject,
        `class ${shown(objectName(subject))} makes volumes that are not encrypted: parameters.encrypted is ${shown(encrypted)}.`,
        'Write parameters: { encrypted: "true" }, and kmsKeyId for a key of your own.',
      ),
    ];
  },
} satisfies ResourceRule;

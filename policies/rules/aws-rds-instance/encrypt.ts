import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const encryptRdsInstance = {
  name: "aws-rds-instance-encrypt",
  description: "Databases, with their snapshots and logs, are encrypted.",
  severity: "mandatory",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check(subject) {
    // A replica is as what it copies.
    if (read(subject.props, "replicateSourceDb") !== undefined) return [];
    const encrypted = read(subject.props, "storageEncrypted");
    return isUnknown(encrypted) || isOn(encrypted)
      ? []
      : [
          violation(
            subject,
            `storageEncrypted is ${shown(encrypted)}: the database is stored in plain.`,
            "Set it to true; it cannot be changed later, so a database that is there takes a copy of its snapshot.",
          ),
        ];
  },
} satisfies ResourceRule;

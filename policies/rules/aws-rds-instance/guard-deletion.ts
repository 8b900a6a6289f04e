import { isUnknown, type ResourceRule, read, type Violation, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const guardRdsInstanceDeletion = {
  name: "aws-rds-instance-guard-deletion",
  description: "AWS refuses to delete a database, and takes a last snapshot when it is told to after all.",
  severity: "mandatory",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check(subject) {
    // A replica can be made again.
    if (read(subject.props, "replicateSourceDb") !== undefined) return [];
    const guarded = read(subject.props, "deletionProtection");
    const found: Violation[] = [];
    if (!isUnknown(guarded) && !isOn(guarded)) {
      found.push(
        violation(
          subject,
          `deletionProtection is ${shown(guarded)}: one call deletes the database.`,
          "Set it to true.",
        ),
      );
    }
    if (isOn(read(subject.props, "skipFinalSnapshot"))) {
      found.push(
        violation(
          subject,
          "skipFinalSnapshot is true: a database that is deleted is gone.",
          "Set it to false, and finalSnapshotIdentifier to a name.",
        ),
      );
    }
    return found;
  },
} satisfies ResourceRule;

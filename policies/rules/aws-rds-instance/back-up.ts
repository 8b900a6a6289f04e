import { z } from "zod";
import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

const values = z.object({
  minimumDays: z.int().min(1).max(35).default(7).meta({ description: "Days that backups are kept at least." }),
});

export const backUpRdsInstance = {
  name: "aws-rds-instance-back-up",
  description: "Databases can be set back to any moment of the last days.",
  severity: "mandatory",
  values,
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check(subject, settings) {
    const { minimumDays } = values.parse(settings);
    // What it copies is backed up.
    if (read(subject.props, "replicateSourceDb") !== undefined) return [];
    const days = read(subject.props, "backupRetentionPeriod");
    return isUnknown(days) || (typeof days === "number" && days >= minimumDays)
      ? []
      : [
          violation(
            subject,
            `backupRetentionPeriod is ${shown(days)}: the database can be set back no further.`,
            `Set it to at least ${minimumDays} days.`,
          ),
        ];
  },
} satisfies ResourceRule;

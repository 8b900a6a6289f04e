import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { type ResourceRule, read, violation } from "../../rule.ts";

const values = z.object({
  classes: z
    .array(z.string().min(1))
    .min(1)
    .default(["db.t4g.*", "db.m7g.large", "db.m7g.xlarge", "db.m7g.2xlarge", "db.r7g.large", "db.r7g.xlarge"])
    .meta({ description: "Instance classes that databases may have; `*` stands for any characters." }),
});

export const allowRdsInstanceClasses = {
  name: "aws-rds-instance-allow-classes",
  description: "Databases have a size that somebody chose.",
  severity: "mandatory",
  values,
  types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
  check(subject, settings) {
    const { classes } = values.parse(settings);
    const chosen = read(subject.props, "instanceClass");
    if (typeof chosen !== "string" || classes.some((glob) => matchesGlob(glob, chosen))) return [];
    return [
      violation(
        subject,
        `instanceClass ${chosen} is none that the policy allows.`,
        `Use one of ${classes.join(", ")}, or add it to the policy's classes.`,
      ),
    ];
  },
} satisfies ResourceRule;

import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { type ResourceRule, type ResourceSubject, read, readList, violation } from "../../rule.ts";

/** Burstable types, and those for computing, for all and for memory, up to 8 vCPUs. */
const usual = [
  ...["t3.*", "t3a.*", "t4g.*"],
  ...["c", "m", "r"].flatMap((family) => ["large", "xlarge", "2xlarge"].map((size) => `${family}*.${size}`)),
];

const values = z.object({
  types: z
    .array(z.string().min(1))
    .min(1)
    .default(usual)
    .meta({ description: "Instance types that may run; `*` stands for any characters." }),
});

export const allowInstanceTypes = {
  name: "aws-ec2-instance-allow-types",
  description:
    "Only instance types run that somebody chose: a wrong digit in a size costs more than a month's mistakes.",
  severity: "mandatory",
  values,
  types: [
    "aws:ec2/instance:Instance",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:autoscaling/group:Group",
  ],
  check(subject, settings) {
    const { types } = values.parse(settings);
    const others = typesOf(subject).filter((type) => !types.some((glob) => matchesGlob(glob, type)));
    return [...new Set(others)].map((type) =>
      violation(
        subject,
        `instance type ${type} is none that the policy allows.`,
        `Use one of ${types.join(", ")}, or add it to the policy's types.`,
      ),
    );
  },
} satisfies ResourceRule;

function typesOf({ props }: ResourceSubject): readonly string[] {
  const overrides = readList(props, "mixedInstancesPolicy", "launchTemplate", "overrides");
  return [
    read(props, "instanceType"),
    ...readList(props, "instanceTypes"),
    ...overrides.map((override) => read(override, "instanceType")),
  ].filter((type) => typeof type === "string");
}

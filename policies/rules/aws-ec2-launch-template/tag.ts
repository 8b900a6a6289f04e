import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { missingTags, tagValues } from "../aws-shared/tags.ts";

/** What a template makes that costs money by itself. */
const made = ["instance", "volume"] as const;

export const tagLaunchTemplate = {
  name: "aws-ec2-launch-template-tag",
  description:
    "Instances and disks that a template makes say whose they are: the provider's default tags reach the template alone.",
  severity: "mandatory",
  values: tagValues,
  types: ["aws:ec2/launchTemplate:LaunchTemplate"],
  check(subject, settings) {
    const { keys } = tagValues.parse(settings);
    const written = read(subject.props, "tagSpecifications");
    const specifications = readList(written);
    if (isUnknown(written) || specifications.some((one) => isUnknown(read(one, "resourceType")))) return [];
    return made.flatMap((kind) => {
      const tags = specifications.filter((one) => read(one, "resourceType") === kind).map((one) => read(one, "tags"));
      const missing = missingTags(keys, ...tags);
      return missing.length === 0
        ? []
        : [
            violation(
              subject,
              `tagSpecifications gives each ${kind} no ${missing.length === 1 ? "tag" : "tags"} ${missing.join(", ")}.`,
              `Add them to the specification with resourceType "${kind}" (\`ownershipTags\`).`,
            ),
          ];
    });
  },
} satisfies ResourceRule;

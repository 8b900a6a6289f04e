import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const scanEcrRepository = {
  name: "aws-ecr-repository-scan",
  description: "Every image is looked through for known holes when it is pushed.",
  severity: "mandatory",
  types: ["aws:ecr/repository:Repository"],
  check(subject) {
    const scans = read(subject.props, "imageScanningConfiguration", "scanOnPush");
    return isUnknown(scans) || isOn(scans)
      ? []
      : [
          violation(
            subject,
            `imageScanningConfiguration.scanOnPush is ${shown(scans)}: nobody is told of known holes in its images.`,
            "Set it to true.",
          ),
        ];
  },
} satisfies ResourceRule;

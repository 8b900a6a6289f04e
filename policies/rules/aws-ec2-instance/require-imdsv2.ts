import { type ResourceRule, read } from "../../rule.ts";
import { checkMetadataOptions } from "../aws-shared/metadata-options.ts";

export const requireInstanceImdsv2 = {
  name: "aws-ec2-instance-require-imdsv2",
  description:
    "Instances give their role's credentials only to who asks with a token (IMDSv2), and no further than one hop.",
  severity: "mandatory",
  types: ["aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"],
  check(subject) {
    const { props } = subject;
    // Then the template says it, and is judged.
    const leftToTemplate = read(props, "launchTemplate") !== undefined && read(props, "metadataOptions") === undefined;
    return leftToTemplate ? [] : checkMetadataOptions(subject);
  },
} satisfies ResourceRule;

import type { ResourceRule } from "../../rule.ts";
import { checkMetadataOptions } from "../aws-shared/metadata-options.ts";

export const requireLaunchTemplateImdsv2 = {
  name: "aws-ec2-launch-template-require-imdsv2",
  description:
    "Instances give their role's credentials only to who asks with a token (IMDSv2), and no further than one hop.",
  severity: "mandatory",
  types: ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/launchConfiguration:LaunchConfiguration"],
  check: checkMetadataOptions,
} satisfies ResourceRule;

import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const encryptLaunchTemplateDisks = {
  name: "aws-ec2-launch-template-encrypt-disks",
  description: "Disks of instances are encrypted, the first one too: what the image says of it does not count.",
  severity: "mandatory",
  types: ["aws:ec2/launchTemplate:LaunchTemplate"],
  check(subject) {
    const mappings = read(subject.props, "blockDeviceMappings");
    if (isUnknown(mappings)) return [];
    if (readList(mappings).length === 0) {
      return [
        violation(
          subject,
          "blockDeviceMappings names no disk: instances have the image's, encrypted or not.",
          'Add the image\'s first disk: { deviceName: "/dev/xvda", ebs: { encrypted: "true", … } }.',
        ),
      ];
    }
    return readList(mappings).flatMap((mapping, index) => {
      const ebs = read(mapping, "ebs");
      const encrypted = read(ebs, "encrypted");
      // A mapping without a volume takes one away, or is the instance's own storage, which is always encrypted.
      if (ebs === undefined || isUnknown(encrypted) || isOn(encrypted)) return [];
      return [
        violation(
          subject,
          `blockDeviceMappings[${index}].ebs.encrypted is ${shown(encrypted)}: the disk is stored in plain.`,
          'Set it to "true".',
        ),
      ];
    });
  },
} satisfies ResourceRule;

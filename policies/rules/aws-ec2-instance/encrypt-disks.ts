import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const encryptInstanceDisks = {
  name: "aws-ec2-instance-encrypt-disks",
  description: "Disks of instances are encrypted, the first one too: what the image says of it does not count.",
  severity: "mandatory",
  types: [
    "aws:ec2/instance:Instance",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
  ],
  check(subject) {
    const { props } = subject;
    const root = read(props, "rootBlockDevice");
    // Then the template names it, and is judged.
    const leftToTemplate = root === undefined && read(props, "launchTemplate") !== undefined;
    const disks: readonly (readonly [string, unknown])[] = [
      ...(leftToTemplate ? [] : [["rootBlockDevice", root] as const]),
      ...readList(props, "ebsBlockDevices").map((disk, index) => [`ebsBlockDevices[${index}]`, disk] as const),
    ];
    return disks.flatMap(([path, disk]) => {
      const encrypted = read(disk, "encrypted");
      return isUnknown(encrypted) || isOn(encrypted)
        ? []
        : [
            violation(
              subject,
              `${path}.encrypted is ${shown(encrypted)}: the disk is stored in plain.`,
              "Set it to true.",
            ),
          ];
    });
  },
} satisfies ResourceRule;

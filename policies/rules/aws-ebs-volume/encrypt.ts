import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

/** A snapshot itself has no choice: it is encrypted when its volume is. */
export const encryptEbsVolume = {
  name: "aws-ebs-volume-encrypt",
  description: "Volumes, and snapshots that are copied or brought in, are encrypted.",
  severity: "mandatory",
  types: [
    "aws:ebs/volume:Volume",
    "aws:ebs/snapshotCopy:SnapshotCopy",
    "aws:ebs/snapshotImport:SnapshotImport",
    "aws:ec2/amiCopy:AmiCopy",
  ],
  check(subject) {
    const encrypted = read(subject.props, "encrypted");
    return isUnknown(encrypted) || isOn(encrypted)
      ? []
      : [violation(subject, `encrypted is ${shown(encrypted)}: its data is stored in plain.`, "Set it to true.")];
  },
} satisfies ResourceRule;

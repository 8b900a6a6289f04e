import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const rotateKmsKey = {
  name: "aws-kms-key-rotate",
  description: "Keys get new material every year: what is encrypted with the old one can still be read.",
  severity: "mandatory",
  types: ["aws:kms/key:Key"],
  check(subject) {
    const { props } = subject;
    const usage = read(props, "keyUsage") ?? "ENCRYPT_DECRYPT";
    const kind = read(props, "customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT";
    // KMS rotates no others: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    const rotates = usage === "ENCRYPT_DECRYPT" && kind === "SYMMETRIC_DEFAULT" && !isForeign(props);
    const on = read(props, "enableKeyRotation");
    return !rotates || isUnknown(on) || isOn(on)
      ? []
      : [
          violation(
            subject,
            `enableKeyRotation is ${shown(on)}: the key's material stays the same for ever.`,
            "Set it to true.",
          ),
        ];
  },
} satisfies ResourceRule;

/** Whether its material is kept outside KMS. */
function isForeign(props: Readonly<Record<string, unknown>>): boolean {
  return [read(props, "customKeyStoreId"), read(props, "xksKeyId")].some((id) => id !== undefined && id !== "");
}

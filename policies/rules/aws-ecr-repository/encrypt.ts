import { hasUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";

export const encryptEcrRepository = {
  name: "aws-ecr-repository-encrypt",
  description: "Images are encrypted with a key of KMS, which can be watched and taken away.",
  severity: "mandatory",
  types: ["aws:ecr/repository:Repository"],
  check(subject) {
    const configurations = read(subject.props, "encryptionConfigurations");
    const kinds = readList(configurations).map((configuration) => read(configuration, "encryptionType"));
    if (hasUnknown(kinds) || (hasUnknown(configurations) && kinds.length === 0)) return [];
    return kinds.length > 0 && kinds.every((kind) => kind === "KMS" || kind === "KMS_DSSE")
      ? []
      : [
          violation(
            subject,
            "its images are encrypted with a key of Amazon S3's.",
            'Set encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }]; a repository is made anew for it.',
          ),
        ];
  },
} satisfies ResourceRule;

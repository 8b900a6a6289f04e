import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

export const freezeEcrRepositoryTags = {
  name: "aws-ecr-repository-freeze-tags",
  description: "A tag means the same image for ever: who can push cannot change what runs under a name.",
  severity: "mandatory",
  types: ["aws:ecr/repository:Repository"],
  check(subject) {
    const mutability = read(subject.props, "imageTagMutability");
    return isUnknown(mutability) || mutability === "IMMUTABLE"
      ? []
      : [
          violation(
            subject,
            `imageTagMutability is ${shown(mutability)}: a tag can be moved to another image.`,
            'Set it to "IMMUTABLE".',
          ),
        ];
  },
} satisfies ResourceRule;

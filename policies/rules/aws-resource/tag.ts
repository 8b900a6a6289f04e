import { isUnknown, type ResourceSubject, read, type StackRule, violation } from "../../rule.ts";
import { taggableTypes } from "../aws-shared/taggable.ts";
import { defaultTagsOf, missingTags, tagValues } from "../aws-shared/tags.ts";

const providerType = "pulumi:providers:aws";

export const tagAwsResource = {
  name: "aws-resource-tag",
  description: "Everything in AWS that takes tags says whose it is, who answers for it, and who pays.",
  severity: "mandatory",
  values: tagValues,
  checkStack(subjects, settings) {
    const { keys } = tagValues.parse(settings);
    const providers = subjects.filter(({ type }) => type === providerType);
    return subjects
      .filter(({ type }) => taggableTypes.has(type))
      .flatMap((subject) => {
        const missing = missingTags(keys, ...tagsOf(subject), ...defaultsOf(subject, providers));
        return missing.length === 0
          ? []
          : [
              violation(
                subject,
                `it has no ${missing.length === 1 ? "tag" : "tags"} ${missing.join(", ")}.`,
                "Give the AWS provider defaultTags with them (`ownershipTags`), or the resource tags.",
              ),
            ];
      });
  },
} satisfies StackRule;

/** What the resource says itself, and what AWS says of it as soon as that is known. */
function tagsOf({ props }: ResourceSubject): readonly unknown[] {
  const all = read(props, "tagsAll");
  return [read(props, "tags"), ...(isUnknown(all) ? [] : [all])];
}

/** What its provider adds. Where it cannot be told which that is, only what every one adds counts. */
function defaultsOf({ provider }: ResourceSubject, providers: readonly ResourceSubject[]): readonly unknown[] {
  const own = providers.find(({ urn }) => urn === provider);
  if (own !== undefined) return [defaultTagsOf(own)];
  const [first, ...others] = providers.map(defaultTagsOf);
  return others.every((tags) => JSON.stringify(tags) === JSON.stringify(first)) ? [first] : [];
}

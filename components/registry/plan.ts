import type { RegistrySpec } from "./spec.ts";

/** A hash of what an image is built of, as `contentTag` of the stacks gives it. */
export const contentTagPattern: RegExp = /^[0-9a-f]{12,16}$/;

/**
 * What each repository throws away, as ECR's own JSON.
 * Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export function lifecycleRules({ keepTagged, untaggedDays }: Pick<RegistrySpec, "keepTagged" | "untaggedDays">) {
  return {
    rules: [
      {
        rulePriority: 1,
        description: "What lost its tag or never had one",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: untaggedDays,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 2,
        description: "All but the newest",
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["*"],
          countType: "imageCountMoreThan",
          countNumber: keepTagged,
        },
        action: { type: "expire" },
      },
    ],
  };
}

const registryHost =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\.)+[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?::\d{1,5})?$|^localhost(?::\d{1,5})?$/;
const repositoryPath = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** Why a text is no reference to one certain image, and what to write instead; null when it is one. */
export function imageReferenceProblem(reference: string, registries?: readonly string[]): string | null {
  const [named = "", digest] = splitOnce(reference, "@");
  const slash = named.indexOf("/");
  const host = slash === -1 ? "" : named.slice(0, slash);
  const [path = "", tag] = splitOnce(named.slice(slash + 1), ":");
  if (!registryHost.test(host)) {
    return "must begin with its registry's host: docker.io/library/nginx@sha256:…";
  }
  if (!repositoryPath.test(path)) {
    return "must have a repository's path in lower case after the registry: registry.example.com/berth/desktop@sha256:…";
  }
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    return "must end in a whole digest: @sha256: and 64 hexadecimal digits";
  }
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) {
    return "must have a tag of at most 128 letters, digits and . _ -";
  }
  if (digest === undefined && !(tag !== undefined && contentTagPattern.test(tag))) {
    return `must name one certain image: end in its digest (@sha256:…) or in a content tag of 12 to 16 hexadecimal digits${tag === undefined ? "" : `, as '${tag}' can be moved to another image`}`;
  }
  if (registries !== undefined && !registries.includes(host)) {
    return `must come from an allowed registry: ${registries.join(", ")}`;
  }
  return null;
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

import { type ResourceRule, violation } from "../../rule.ts";
import { isExactTag, parseImage } from "../kubernetes-shared/images.ts";
import { imageTypes, referencesOf } from "./references.ts";

export const pinDockerImage = {
  name: "docker-image-pin",
  description: "Images that are pushed, pulled or run by Docker have a name that always means the same one.",
  severity: "mandatory",
  types: imageTypes,
  check: (subject) =>
    referencesOf(subject)
      .filter((reference) => {
        const { tag, digest } = parseImage(reference);
        return digest === undefined && (tag === undefined || !isExactTag(tag));
      })
      .map((reference) =>
        violation(
          subject,
          `the image ${reference} can be another one tomorrow.`,
          "Name it by its digest (@sha256:…), a whole version, or a tag made of a hash of its content.",
        ),
      ),
} satisfies ResourceRule;

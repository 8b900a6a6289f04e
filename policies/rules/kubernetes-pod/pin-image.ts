import { z } from "zod";
import { type ResourceRule, read } from "../../rule.ts";
import { isExactTag, isFrom, parseImage } from "../kubernetes-shared/images.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

const values = z.strictObject({
  numbered: z
    .array(z.string())
    .default(["docker.io/berth"])
    .describe(
      "Repositories, or what they begin with, in which a single number is an exact tag too: those of the images that " +
        "blueprints name where no registry is set, and a local platform has on its nodes",
    ),
});

export const pinPodImage = {
  name: "kubernetes-pod-pin-image",
  description:
    "Images are named by digest, by a whole version or by a hash of their content: any other tag is moved, and what runs " +
    "after a restart is not what was tried.",
  severity: "mandatory",
  types: podTypes,
  values,
  check: (subject, settings) => {
    const { numbered } = values.parse(settings);
    return eachContainer(
      subject,
      "End the image in its digest (@sha256:…), a whole version (:1.37.0) or a hash of its content (:0f9c2a51b7de).",
      ({ fields }) => {
        const image = read(fields, "image");
        if (image === undefined) return ["names no image"];
        if (typeof image !== "string") return [];
        const { repository, tag, digest } = parseImage(image);
        if (digest !== undefined) {
          return /^sha256:[0-9a-f]{64}$/.test(digest) ? [] : [`has an image with half a digest: "${image}"`];
        }
        if (tag === undefined) return [`has an image without a tag: "${image}"`];
        if (isExactTag(tag) || (/^\d+$/.test(tag) && isFrom(repository, numbered))) return [];
        return [`has an image by a tag that can be moved: "${image}"`];
      },
    );
  },
} satisfies ResourceRule;

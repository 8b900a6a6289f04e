import { z } from "zod";
import { type ResourceRule, violation } from "../../rule.ts";
import { isFrom, parseImage } from "../kubernetes-shared/images.ts";
import { imageTypes, referencesOf } from "./references.ts";

const values = z.object({
  registries: z.array(z.string().min(1)).min(1).default(["*.dkr.ecr.*.amazonaws.com"]).meta({
    description:
      "Registries, or repositories within, that images are pushed to and pulled from; `*` stands for any characters of one part.",
  }),
});

export const trustDockerImageRegistry = {
  name: "docker-image-trust-registry",
  description: "Images go to registries that are trusted, and come from there.",
  severity: "mandatory",
  values,
  types: imageTypes,
  check(subject, settings) {
    const { registries } = values.parse(settings);
    return referencesOf(subject)
      .filter((reference) => !isFrom(parseImage(reference).repository, registries))
      .map((reference) =>
        violation(
          subject,
          `the image ${reference} is of no registry that the policy trusts.`,
          `Use one of ${registries.join(", ")}, or add its registry to \`registries\`.`,
        ),
      );
  },
} satisfies ResourceRule;

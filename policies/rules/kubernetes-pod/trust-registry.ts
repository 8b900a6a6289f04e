import { z } from "zod";
import { type ResourceRule, read } from "../../rule.ts";
import { isFrom, parseImage } from "../kubernetes-shared/images.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

const values = z.strictObject({
  registries: z
    .array(z.string())
    .default([
      "*.dkr.ecr.*.amazonaws.com",
      "public.ecr.aws/docker/library",
      "registry.k8s.io",
      "docker.io/cloudflare",
      "docker.io/berth",
    ])
    .describe(
      "Registries that images may come from, with the beginning of a path where only that is trusted; `*` stands for " +
        "any characters but `.` and `/`",
    ),
});

export const trustPodRegistry = {
  name: "kubernetes-pod-trust-registry",
  description: "Images come from registries that are trusted: whoever can push one runs as whatever pulls it.",
  severity: "mandatory",
  types: podTypes,
  values,
  check: (subject, settings) => {
    const { registries } = values.parse(settings);
    return eachContainer(
      subject,
      `Take it from one of ${registries.join(", ")}, or add its registry to \`registries\`.`,
      ({ fields }) => {
        const image = read(fields, "image");
        if (typeof image !== "string") return [];
        const { repository } = parseImage(image);
        return isFrom(repository, registries)
          ? []
          : [`has an image from a registry that is not allowed: "${image}" is ${repository}`];
      },
    );
  },
} satisfies ResourceRule;

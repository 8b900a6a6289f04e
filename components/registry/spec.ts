import { z } from "zod";
import { parseOrExplain } from "../core/parse.ts";
import { contentTagPattern, imageReferenceProblem } from "./plan.ts";

/** Name of a repository as ECR takes it: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const repositoryName = z
  .string()
  .regex(
    /^(?=.{2,256}$)[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/,
    "must be 2 to 256 of a-z and 0-9, parted by single . _ - or /: berth/desktop",
  );

/** Repositories for the platform's images. */
export const registrySpec = z.strictObject({
  repositories: z
    .array(repositoryName)
    .min(1, "must name at least one repository")
    .refine((names) => new Set(names).size === names.length, "must name each repository once")
    .describe("Names of the repositories, one for each image")
    .meta({ examples: [["berth/provisioner", "berth/desktop"]] }),
  encryption: z
    .enum(["kms", "aes256"])
    .default("kms")
    .describe("Key of the images: one of our own in KMS, or S3's. A repository keeps the one that it was made with"),
  keepTagged: z
    .int()
    .min(1, "must be from 1 to 1000")
    .max(1000, "must be from 1 to 1000")
    .default(100)
    .describe("Images that each repository keeps, the newest ones: at least as many as workspaces may still run"),
  untaggedDays: z
    .int()
    .min(1, "must be from 1 to 365")
    .max(365, "must be from 1 to 365")
    .default(7)
    .describe("Days after which an image without a tag goes, such as what an interrupted push left"),
  protect: z
    .boolean()
    .default(true)
    .describe(
      "Whether Pulumi refuses to delete the repositories and their key; where this is false, a repository goes with the images that it holds",
    ),
});
/** What it is once read: every default filled in. */
export type RegistrySpec = z.infer<typeof registrySpec>;
/** The same as one writes it: what has a default may be left out. */
export type RegistrySpecInput = z.input<typeof registrySpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseRegistrySpec(spec: unknown): RegistrySpec {
  return parseOrExplain(registrySpec, spec, "spec");
}

/** What an image is built of. */
export const imageBuildSpec = z.strictObject({
  image: repositoryName.describe("Name of the image, for people: its repository's name"),
  context: z.string().min(1).describe("Folder that the build sees, from the project's folder"),
  dockerfile: z.string().min(1).describe("Path of the Dockerfile, from the project's folder"),
  tag: z
    .string()
    .regex(
      contentTagPattern,
      "must be a hash of what the image is built of, 12 to 16 hexadecimal digits: use contentTag()",
    )
    .describe("Tag of the image: a hash of what it is built of, so that the same content is never built twice"),
  platform: z
    .enum(["linux/amd64", "linux/arm64"])
    .default("linux/amd64")
    .describe("What the image runs on: that of the nodes' instance types"),
  args: z
    .record(z.string().regex(/^\w+$/, "must be letters, digits and '_'"), z.string())
    .default({})
    .describe("Build arguments; no secrets, they stay in the image"),
  target: z.string().min(1).optional().describe("Stage of the Dockerfile to build; without it the last one"),
});
/** What it is once read: every default filled in. */
export type ImageBuildSpec = z.infer<typeof imageBuildSpec>;
/** The same as one writes it: what has a default may be left out. */
export type ImageBuildSpecInput = z.input<typeof imageBuildSpec>;

/** A build with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseImageBuildSpec(spec: unknown): ImageBuildSpec {
  return parseOrExplain(imageBuildSpec, spec, "build");
}

/**
 * An image that was built elsewhere, for machines without a Docker engine: its registry, its repository, and a digest
 * or a content tag, so that the same text always means the same image. `registries` are the hosts that images may come
 * from; without them any host.
 */
export function imageReference(registries?: readonly string[]) {
  return z
    .string()
    .superRefine((reference, context) => {
      const problem = imageReferenceProblem(reference, registries);
      if (problem !== null) context.addIssue({ code: "custom", message: problem });
    })
    .meta({ examples: ["111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop:3f9a1c07be42d685"] });
}

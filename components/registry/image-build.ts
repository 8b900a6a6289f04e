import { getAuthorizationTokenOutput } from "@pulumi/aws/ecr/getAuthorizationToken.js";
import { Image, type ImageArgs } from "@pulumi/docker/image.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { type ImageBuildSpecInput, parseImageBuildSpec } from "./spec.ts";

export interface ImageBuildArgs {
  /** What the image is built of. Plain data. */
  readonly build: ImageBuildSpecInput;
  /** Where the image is pushed to: one of `Registry`'s `repositoryUrls`. */
  readonly repositoryUrl: pulumi.Input<string>;
  /**
   * Account of the registry.
   * @default the provider's own
   */
  readonly registryId?: pulumi.Input<string>;
  /**
   * Earlier images whose layers may be taken instead of being built anew, as whole references.
   * @default []
   */
  readonly cacheFrom?: readonly pulumi.Input<string>[];
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly image?: Transform<ImageArgs> };
}

/**
 * An image, built where `pulumi up` runs and pushed to ECR under its content's hash: the same content is not built
 * again, and what uses the image gets it by digest. The layers of the image under the same tag serve as a cache, so a
 * second machine that builds the same content pushes the same image, as a tag that never moves demands; for the next
 * version name the last one in `cacheFrom`.
 *
 * Needs a Docker engine with BuildKit where `pulumi up` runs; preview builds nothing. Deleting it leaves the image in
 * the registry, whose lifecycle rules throw it away. Machines without a Docker engine name images by digest instead
 * (`imageReference`).
 *
 * Made with `@pulumi/docker`. `@pulumi/docker-build` would add exported caches (`cacheTo`: a cache that covers stages
 * which are not in the image), several platforms in one image, build secrets and remote builders.
 *
 * Costs nothing beside its storage (see `Registry`).
 *
 * @example
 * const desktop = new ImageBuild("desktop", {
 *   build: { image: "berth/desktop", context: "images", dockerfile: "images/desktop/Dockerfile", tag },
 *   repositoryUrl: registry.urlOf("berth/desktop"),
 * });
 * export const image = desktop.reference;
 */
export class ImageBuild extends pulumi.ComponentResource {
  /** The image by digest: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth/desktop@sha256:…". */
  readonly reference: pulumi.Output<string>;
  readonly nodes: { readonly image: Image };

  constructor(name: string, args: ImageBuildArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:registry:ImageBuild", name, {}, options);
    const build = parseImageBuildSpec(args.build);
    const here = { parent: this };

    // Lasts twelve hours, and is asked for again at each run: no change of the image.
    const credentials = getAuthorizationTokenOutput(
      args.registryId === undefined ? {} : { registryId: args.registryId },
      here,
    );
    const imageName = pulumi.interpolate`${args.repositoryUrl}:${build.tag}`;
    const child = declare<ImageArgs>(
      args.transform?.image,
      {
        imageName,
        build: {
          context: build.context,
          dockerfile: build.dockerfile,
          platform: build.platform,
          builderVersion: "BuilderBuildKit",
          // Puts what a later build needs to take layers from it into the image.
          args: { ...build.args, BUILDKIT_INLINE_CACHE: "1" },
          cacheFrom: { images: [imageName, ...(args.cacheFrom ?? [])] },
          ...(build.target === undefined ? {} : { target: build.target }),
        },
        registry: {
          server: args.repositoryUrl,
          username: credentials.userName,
          password: pulumi.secret(credentials.password),
        },
      },
      here,
    );
    const image = new Image(`${name}-image`, child.args, child.options);

    this.nodes = { image };
    this.reference = image.repoDigest;
    this.registerOutputs({ reference: this.reference });
  }
}

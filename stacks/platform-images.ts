import { resolve } from "node:path";
import type { ComponentResourceOptions, Input } from "@pulumi/pulumi";
import { UserError } from "../components/core/errors.ts";
import { ImageBuild } from "../components/registry/image-build.ts";
import { Registry } from "../components/registry/registry.ts";
import { blueprints } from "../components/workspace/blueprints/index.ts";
import type { PlatformConfig } from "./config.ts";
import { contentTag } from "./content-tag.ts";
import { repositoryOf } from "./derive.ts";
import { imageSources } from "./images.ts";

export interface PlatformImages {
  /** Image of API, router and engine. */
  readonly provisioner: Input<string>;
  /** Images by blueprint; of others the blueprints' own are used. */
  readonly workspaces: Readonly<Record<string, Input<string>>>;
}

/** The registry, and the images in it: built from `images/`, or named by the configuration. */
export function makeImages(
  { installation, registry: spec, images }: PlatformConfig,
  checkout: string,
  options: ComponentResourceOptions,
): PlatformImages {
  const registry = new Registry("registry", { spec }, options);
  const elsewhere = definedOnly(images.workspaces);
  if (images.from === "references") return { provisioner: images.provisioner, workspaces: elsewhere };
  const here = imageSources(checkout).filter(({ name }) => !Object.hasOwn(elsewhere, name));
  const built = Object.fromEntries(
    here.map(({ name, context, dockerfile }) => {
      const repository = repositoryOf(installation, name);
      const repositoryUrl = registry.repositoryUrls[repository];
      if (repositoryUrl === undefined) {
        throw new UserError({
          option: "berth:registry.repositories",
          value: spec.repositories,
          fix: `images/${name} is built and needs its repository: add ${repository}, or leave the list out.`,
        });
      }
      const also = { platform: images.platform };
      const tag = contentTag(resolve(checkout, context), { dockerfile: resolve(checkout, dockerfile), also });
      const build = { image: repository, context, dockerfile, tag, platform: images.platform };
      const { reference } = new ImageBuild(name, { build, repositoryUrl, registryId: registry.registryId }, options);
      return [name, reference];
    }),
  );
  const { provisioner, ...others } = built;
  if (provisioner === undefined) throw new Error("images/provisioner is missing from the checkout.");
  const workspaces = Object.fromEntries(Object.entries(others).filter(([name]) => Object.hasOwn(blueprints, name)));
  return { provisioner, workspaces: { ...workspaces, ...elsewhere } };
}

function definedOnly<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

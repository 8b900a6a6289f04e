import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ImageBuild, type ImageBuildArgs } from "../../components/registry/image-build.ts";
import { lifecycleRules } from "../../components/registry/plan.ts";
import { Registry } from "../../components/registry/registry.ts";
import type { RegistrySpecInput } from "../../components/registry/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const account = "111122223333";
const host = `${account}.dkr.ecr.eu-central-1.amazonaws.com`;
const dev: RegistrySpecInput = {
  repositories: ["berth/provisioner", "berth/desktop"],
  encryption: "aes256",
  keepTagged: 10,
  protect: false,
};
const prod: RegistrySpecInput = { repositories: ["berth/provisioner", "berth/desktop"] };

const registry = (spec: RegistrySpecInput) =>
  registrationsOf(() => new Registry("registry", { spec }), "test", {
    outputs: {
      "aws:kms/key:Key": () => ({ arn: "arn:key", keyId: "key-id" }),
      "aws:ecr/repository:Repository": (_, inputs) => {
        const name = typeof inputs === "object" && inputs !== null && "name" in inputs ? String(inputs.name) : "";
        return { repositoryUrl: `${host}/${name}`, arn: `arn:repository/${name}`, registryId: account };
      },
    },
  });

describe("a Registry", () => {
  const repository = (name: string, encryption: object, protect: boolean) => ({
    type: "aws:ecr/repository:Repository",
    protect,
    inputs: {
      name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [encryption],
      forceDelete: !protect,
    },
  });
  const lifecycle = (name: string, keepTagged: number) => ({
    type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    protect: false,
    inputs: { repository: name, policy: JSON.stringify(lifecycleRules({ keepTagged, untaggedDays: 7 })) },
  });
  const childrenOf = async (spec: RegistrySpecInput) => {
    const [component, ...children] = (await registry(spec)).registered;
    expect(component).toMatchObject({ type: "berth:registry:Registry", name: "registry", parent: null });
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["registry"]));
    return Object.fromEntries(children.map(({ type, name, protect, inputs }) => [name, { type, protect, inputs }]));
  };

  test("of production has a key of its own, and is protected", async () => {
    const encryption = { encryptionType: "KMS", kmsKey: "arn:key" };
    expect(await childrenOf(prod)).toEqual({
      "registry-key": {
        type: "aws:kms/key:Key",
        protect: true,
        inputs: { description: "Images of registry", enableKeyRotation: true, deletionWindowInDays: 30 },
      },
      "registry-key-alias": {
        type: "aws:kms/alias:Alias",
        protect: false,
        inputs: { namePrefix: "alias/berth-images-", targetKeyId: "key-id" },
      },
      "registry-berth/desktop": repository("berth/desktop", encryption, true),
      "registry-berth/provisioner": repository("berth/provisioner", encryption, true),
      "registry-berth/desktop-lifecycle": lifecycle("berth/desktop", 100),
      "registry-berth/provisioner-lifecycle": lifecycle("berth/provisioner", 100),
    });
  });

  test("of development may have none, and go again", async () => {
    const encryption = { encryptionType: "AES256" };
    expect(await childrenOf(dev)).toEqual({
      "registry-berth/desktop": repository("berth/desktop", encryption, false),
      "registry-berth/provisioner": repository("berth/provisioner", encryption, false),
      "registry-berth/desktop-lifecycle": lifecycle("berth/desktop", 10),
      "registry-berth/provisioner-lifecycle": lifecycle("berth/provisioner", 10),
    });
  });

  test("is the same whatever the order of its repositories", async () => {
    const turned = { ...prod, repositories: [...prod.repositories].reverse() };
    expect((await registry(turned)).registered).toEqual((await registry(prod)).registered);
  });

  test("says where its repositories are", async () => {
    const { result } = await registry(prod);
    expect(await resolved(pulumi.output(result.repositoryUrls))).toEqual({
      "berth/desktop": `${host}/berth/desktop`,
      "berth/provisioner": `${host}/berth/provisioner`,
    });
    expect(await resolved(result.urlOf("berth/desktop"))).toBe(`${host}/berth/desktop`);
    expect(await resolved(result.registryId)).toBe(account);
    expect(await resolved(result.keyArn)).toBe("arn:key");
    expect(() => result.urlOf("berth/ide")).toThrow(
      'repository: found "berth/ide". The registry has: berth/desktop, berth/provisioner. Name one of them, or add it to its repositories.',
    );
  });
});

describe("an ImageBuild", () => {
  const build = {
    image: "berth/desktop",
    context: "images/desktop",
    dockerfile: "images/desktop/Dockerfile",
    tag: "0123456789abcdef",
  };
  const make = (args: Partial<ImageBuildArgs> = {}) =>
    registrationsOf(
      () => new ImageBuild("desktop", { build, repositoryUrl: `${host}/berth/desktop`, ...args }),
      "test",
      {
        outputs: { "docker:index/image:Image": () => ({ repoDigest: `${host}/berth/desktop@sha256:1` }) },
        calls: {
          "aws:ecr/getAuthorizationToken:getAuthorizationToken": (inputs) => ({
            userName: "AWS",
            password: `token for ${JSON.stringify(inputs)}`,
          }),
        },
      },
    );
  /** How Pulumi marks a secret on the wire. */
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  });

  test("pushes what a folder is built to under its content's tag", async () => {
    const { registered, result } = await make();
    expect(registered.map(({ type, name, parent }) => ({ type, name, parent }))).toEqual([
      { type: "berth:registry:ImageBuild", name: "desktop", parent: null },
      { type: "docker:index/image:Image", name: "desktop-image", parent: "desktop" },
    ]);
    expect(registered[1]?.inputs).toEqual({
      imageName: `${host}/berth/desktop:0123456789abcdef`,
      build: {
        context: "images/desktop",
        dockerfile: "images/desktop/Dockerfile",
        platform: "linux/amd64",
        builderVersion: "BuilderBuildKit",
        args: { BUILDKIT_INLINE_CACHE: "1" },
        cacheFrom: { images: [`${host}/berth/desktop:0123456789abcdef`] },
      },
      registry: { server: `${host}/berth/desktop`, username: "AWS", password: secret("token for {}") },
      buildOnPreview: false,
      skipPush: false,
    });
    expect(await resolved(result.reference)).toBe(`${host}/berth/desktop@sha256:1`);
    expect(await pulumi.isSecret(result.reference)).toBe(false);
  });

  test("takes its platform, stage, arguments, registry and earlier layers from its user", async () => {
    const { registered } = await make({
      build: { ...build, platform: "linux/arm64", target: "full", args: { VERSION: "2" } },
      registryId: "444455556666",
      cacheFrom: [`${host}/berth/desktop:aaaaaaaaaaaaaaaa`],
    });
    expect(registered[1]?.inputs).toMatchObject({
      build: {
        platform: "linux/arm64",
        target: "full",
        args: { VERSION: "2", BUILDKIT_INLINE_CACHE: "1" },
        cacheFrom: { images: [`${host}/berth/desktop:0123456789abcdef`, `${host}/berth/desktop:aaaaaaaaaaaaaaaa`] },
      },
      registry: {
        server: `${host}/berth/desktop`,
        username: "AWS",
        password: secret('token for {"registryId":"444455556666"}'),
      },
    });
  });

  test("refuses a tag that could move", async () => {
    await expect(make({ build: { ...build, tag: "v1" } })).rejects.toThrow('build.tag: found "v1". Must be a hash');
  });
});

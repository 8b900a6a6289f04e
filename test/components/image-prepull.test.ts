import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ImagePrepull, type ImagePrepullArgs } from "../../components/nodes/image-prepull.ts";
import { imagePrepullManifest, imagePrepullNetworkPolicy } from "../../components/nodes/manifests/image-prepull.ts";
import { registrationsOf } from "../support/mocks.ts";

const images = { desktop: "registry.example.com/desktop@sha256:1", home: "registry.example.com/home@sha256:2" };
const make = (args: Partial<ImagePrepullArgs> = {}) =>
  registrationsOf(() => new ImagePrepull("prepull", { images, namespace: "berth-system", ...args }));
const brief = async (args: Partial<ImagePrepullArgs> = {}) =>
  (await make(args)).registered.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs }));

describe("an ImagePrepull", () => {
  test("is pods on workspaces' nodes that reach nobody", async () => {
    expect(await brief()).toEqual([
      { type: "berth:nodes:ImagePrepull", name: "prepull", parent: null, inputs: {} },
      {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "prepull-network-policy",
        parent: "prepull",
        inputs: imagePrepullNetworkPolicy("berth-system"),
      },
      {
        type: "kubernetes:apps/v1:DaemonSet",
        name: "prepull-daemon-set",
        parent: "prepull",
        inputs: imagePrepullManifest(images, "berth-system"),
      },
    ]);
  });

  test("takes images that are built in the same run, in any order", async () => {
    const built = { home: pulumi.output(images.home), desktop: pulumi.output(images.desktop) };
    expect(await brief({ images: built, namespace: pulumi.output("berth-system") })).toEqual(await brief());
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make({
      transform: { daemonSet: ({ args, options }) => ({ args, options: { ...options, protect: true } }) },
    });
    expect(registered.at(-1)).toMatchObject({ name: "prepull-daemon-set", protect: true });
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { localConfig, workspaceConfig } from "../../../stacks/config.ts";
import { readConfig } from "../../../stacks/read-config.ts";

const raw = (values: Record<string, string>, secretKeys: readonly string[] = []) => ({ values, secretKeys });

describe("Pulumi.local.yaml", () => {
  const file: unknown = parse(readFileSync(new URL("../../../Pulumi.local.yaml", import.meta.url), "utf8"));

  test("is what its schema says", () => {
    const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(file);
    const values = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    expect(readConfig(localConfig, raw(Object.fromEntries(values)))).toEqual({
      installation: "local",
      cluster: { kubeconfig: ".berth/platform/kubeconfig" },
      storage: { provisioner: "kubernetes.io/host-path", parameters: {}, volumeBindingMode: "Immediate" },
    });
  });
});

describe("readConfig", () => {
  test("names every wrong, missing and unknown key at once, each with an example", () => {
    const wrong = raw({
      "berth:cluster": '{"kubeconfig":5}',
      "berth:storage": '{"provisioner":"x","volumeBindingMode":"Later"}',
      "berth:colour": "red",
      "kubernetes:context": "somebody else's",
    });
    expect(() => readConfig(localConfig, wrong)).toThrow(
      [
        'berth:installation: missing. Write a text. Example: berth:installation: "local"',
        'berth:cluster.kubeconfig: found 5. Write a text, in quotes. Example: berth:cluster: {"kubeconfig":".berth/platform/kubeconfig"}',
        'berth:storage.volumeBindingMode: found "Later". Write "WaitForFirstConsumer" or "Immediate".',
        'berth:colour: found "red". There is no such option: take it out or correct its name. There are: berth:installation, berth:cluster, berth:storage.',
      ].join("\n"),
    );
  });

  test("takes broken JSON for the text that it is", () => {
    expect(() => readConfig(localConfig, raw({ "berth:installation": "a", "berth:storage": "{broken" }))).toThrow(
      /^berth:storage: found "\{broken"\. It is not JSON that can be read: write keys with values\./,
    );
  });

  test("tells how to set a path that was set as a key, secret or not", () => {
    const paths = { "berth:installation": "a", "berth:storage": '{"provisioner":"x"}' };
    const wrong = raw({ ...paths, "berth:cluster.kubeconfig": "k", "berth:storage.parameters[0]": "hush" }, [
      "berth:storage.parameters[0]",
    ]);
    expect(() => readConfig(localConfig, wrong)).toThrow(
      [
        "berth:cluster.kubeconfig: found \"k\". It belongs into berth:cluster: take it out, and set it with pulumi config set --path 'berth:cluster.kubeconfig'.",
        "berth:storage.parameters[0]: found \"[secret]\". It belongs into berth:storage: take it out, and set it with pulumi config set --path 'berth:storage.parameters[0]'.",
      ].join("\n"),
    );
  });

  test("shows no secret value", () => {
    const secret = raw({ "berth:cluster": '{"kubeconfig":"a","token":"hush"}', "berth:workspace": "hush" }, [
      ...["berth:cluster", "berth:workspace"],
    ]);
    expect(() => readConfig(workspaceConfig, secret)).toThrow(/berth:cluster\.token: found "\[secret\]"/);
    expect(() => readConfig(workspaceConfig, secret)).not.toThrow(/hush/);
  });
});

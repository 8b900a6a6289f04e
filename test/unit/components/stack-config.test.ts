import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { localConfig, readConfig, workspaceConfig } from "../../../stacks/config.ts";

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
        'berth:installation: missing. Give a string. Example: berth:installation: "local"',
        'berth:cluster.kubeconfig: found 5. Invalid input: expected string, received number. Example: berth:cluster: {"kubeconfig":".berth/platform/kubeconfig"}',
        'berth:storage.volumeBindingMode: found "Later". Invalid option: expected one of "WaitForFirstConsumer"|"Immediate". Example: berth:storage: {"provisioner":"ebs.csi.aws.com","parameters":{"type":"gp3","encrypted":"true"}}',
        'berth:colour: found "red". There is no such option: take it out or correct its name. There are: berth:installation, berth:cluster, berth:storage.',
      ].join("\n"),
    );
  });

  test("takes broken JSON for the text that it is", () => {
    expect(() => readConfig(localConfig, raw({ "berth:installation": "a", "berth:storage": "{broken" }))).toThrow(
      /^berth:storage: found "\{broken"\. Invalid input: expected object, received string\./,
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

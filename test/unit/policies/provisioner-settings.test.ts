import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { trustPodRegistry } from "../../../policies/rules/kubernetes-pod/trust-registry.ts";
import { readPolicies } from "../../../provisioner/engine/policies.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-policies-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("what the provisioner is told of policies", () => {
  test("is nothing at all, where every rule is as it is", async () => {
    expect(await readPolicies(undefined)).toEqual({});
  });

  test.each([
    ["JSON itself", '{"all": "advisory"}'],
    ["a file of JSON", file("set.json", '{"all": "advisory"}')],
    ["a file of YAML", file("set.yaml", "all: advisory\n")],
  ])("can be %s", async (_, given) => {
    expect(await readPolicies(given)).toEqual({ all: "advisory" });
  });

  test("trusts the registries of the images that the installation names, unless it says which it trusts", async () => {
    const images = { desktop: `registry.example.com/desks/desktop@sha256:${"0".repeat(64)}` };
    const { registries } = trustPodRegistry.values.parse({});
    expect(await readPolicies(undefined, images)).toEqual({
      [trustPodRegistry.name]: {
        enforcementLevel: "mandatory",
        exceptions: [],
        registries: [...registries, "registry.example.com/desks/desktop"],
      },
    });
    const own = JSON.stringify({ [trustPodRegistry.name]: { registries: ["ghcr.io/acme"] } });
    await expect(readPolicies(own, images)).rejects.toThrow(
      /BERTH_IMAGES\.desktop: found "registry\.example\.com.*registry that is not allowed/,
    );
  });

  test("stops the start with an image of a blueprint that no workspace could be made with", async () => {
    const images = { home: "registry.example.com/home:latest" };
    await expect(readPolicies(undefined, images)).rejects.toThrow(
      /BERTH_IMAGES\.home: found "registry\.example\.com\/home:latest".*by a tag that can be moved/,
    );
    await expect(readPolicies('{"all": "advisory"}', images)).resolves.toBeDefined();
  });

  test.each([
    ["a rule that there is none of", '{"stack-be-cheap": "advisory"}', "BERTH_POLICIES.stack-be-cheap: found"],
    [
      "a wrong value",
      '{"stack-stay-under-budget": {"budgetUsd": -1}}',
      "BERTH_POLICIES.stack-stay-under-budget.budgetUsd: found -1.",
    ],
    ["no file", join(folder, "none.json"), "It cannot be read (ENOENT"],
    ["half a file", file("half.json", '{"all": '), "It is neither JSON nor YAML: "],
  ])("stops the start with %s", async (_, given, said) => {
    await expect(readPolicies(given)).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringContaining(said) }),
    );
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { platformPicture } from "../../toolchain/graph/picture.ts";
import { summarize } from "../../toolchain/graph/summary.ts";
import { usePlatform } from "../support/platform.ts";
import { PlatformStack, shown } from "../support/platform-stack.ts";

let prod: PlatformStack;
beforeAll(async () => {
  prod = await PlatformStack.create("prod", usePlatform().kubeconfig);
});
afterAll(() => prod?.dispose());

test("production comes about as its preview says, stays, and goes when it is asked to", async () => {
  const preview = await prod.preview();
  expect(preview.steps.length).toBeGreaterThan(300);
  const up = await prod.up();
  expect(shown(up.steps)).toEqual(shown(preview.steps));
  expect(prod.inCloud()).toEqual(prod.inState());
  const picture = await platformPicture("What `pulumi up -s prod` makes", summarize(prod.resources()));
  await expect(picture).toMatchFileSnapshot("../../docs/images/platform-prod.svg");

  const unprotected = await prod.up((config) => {
    config.protect = "no";
  });
  expect([...new Set(unprotected.steps.map(({ op }) => op))]).toEqual(["update"]);
  await prod.destroy();
  // The key of the database's last snapshot stays.
  expect([prod.inCloud(), prod.resources()]).toEqual([[expect.stringMatching(/^aws:kms\/key:Key /)], []]);
}, 300_000);

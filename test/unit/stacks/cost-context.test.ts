import { expect, test } from "vitest";
import { pricedCostContext, workspaceCostContext } from "../../../stacks/cost.ts";
import { changed, readPlatform, shippedConfig } from "../../support/platform-config.ts";

test("what workspaces' nodes cost is told where the price table knows them, and left out where it does not", () => {
  const shipped = readPlatform(shippedConfig("prod"));
  expect(pricedCostContext(shipped)).toEqual({ costContext: workspaceCostContext(shipped) });
  const rare = changed(shippedConfig("prod"), { "nodes.workspaces.instanceTypes": ["m5zn.2xlarge"] });
  expect(pricedCostContext(readPlatform(rare))).toEqual({});
  const { aws } = shipped;
  expect(pricedCostContext({ ...shipped, aws: { ...aws, region: "mx-central-1" } })).toEqual({});
});

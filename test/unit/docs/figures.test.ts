import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { estimatePlatform } from "../../../components/core/cost/platform.ts";
import { platformCostInput } from "../../../stacks/cost.ts";
import { readPlatform, shippedConfig } from "../../support/platform-config.ts";

const read = (page: string) => readFileSync(new URL(`../../../${page}`, import.meta.url), "utf8");
const monthly = { dev: estimated("dev"), prod: estimated("prod") };

/** What a shipped configuration costs, to ten dollars. */
function estimated(stack: "dev" | "prod"): number {
  const { monthlyUsd } = estimatePlatform(platformCostInput(readPlatform(shippedConfig(stack))));
  return Math.round(monthlyUsd / 10) * 10;
}

// What people read first, of what docs/costs.md works out.
test.each([
  ["README.md", "about $690 a month", monthly.dev],
  ["docs/getting-started.md", "dev about $690", monthly.dev],
  ["docs/getting-started.md", "prod about $2,020", monthly.prod],
  ["docs/platform.md", "`dev` about $690", monthly.dev],
  ["docs/platform.md", "`prod` about $2,020", monthly.prod],
])("%s says %s, as the cost model does", (page, words, model) => {
  expect(read(page)).toContain(words);
  expect(Number(/\$([\d,]+)/.exec(words)?.[1]?.replace(",", ""))).toBe(model);
});

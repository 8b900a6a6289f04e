import { beforeAll, describe, expect, test } from "vitest";
import { type Estimate, sumOf } from "../../components/core/cost/estimate.ts";
import { estimatePlatform } from "../../components/core/cost/platform.ts";
import { costOfResources, type ProgramResource } from "../../components/core/cost/resources.ts";
import { platformCostInput } from "../../stacks/cost.ts";
import type { Registration } from "../support/mocks.ts";
import { readPlatform, shippedConfig } from "../support/platform-config.ts";
import { shippedPlatform } from "../support/platform-program.ts";

const asResources = (registered: readonly Registration[]): readonly ProgramResource[] =>
  registered.map(({ type, inputs }) => ({
    type,
    props: typeof inputs === "object" && inputs !== null ? { ...inputs } : {},
  }));

/** Sums by item, whichever component it was put down to; without what is paid by use, and what a chart makes. */
function sums({ items }: Estimate): Record<string, number> {
  const fixed = items.filter(({ note, component }) => note !== "by use; assumed" && component !== "Monitoring");
  const groups = Object.groupBy(fixed, ({ item }) => item);
  return Object.fromEntries(Object.entries(groups).map(([item, same = []]) => [item, sumOf(same)]));
}

describe.each(["dev", "prod"] as const)("the resources that the program of %s registers", (stack) => {
  let resources: readonly ProgramResource[] = [];
  beforeAll(async () => {
    resources = asResources(await shippedPlatform(stack));
  });

  test("cost what its configuration was estimated at", () => {
    const config = readPlatform(shippedConfig(stack));
    const { region } = config.aws;
    const ofResources = costOfResources(resources, region);
    const ofConfig = estimatePlatform(platformCostInput(config));
    expect(sums(ofResources)).toEqual(sums(ofConfig));
    expect(ofResources.monthlyUsd).toBeGreaterThan(600);
  });

  test("leave out of the sum what is paid by use, and nothing else", () => {
    const { notPriced } = costOfResources(resources, "eu-central-1");
    expect(notPriced.map(({ type, why }) => [type, why]).sort()).toEqual([
      ["aws:backup/plan:Plan", "by use: $0.054 a GB of volumes' snapshots"],
      ["aws:cloudwatch/logGroup:LogGroup", "by use: $0.63 a GB sent, $0.0324 a GB kept"],
      ["aws:ecr/repository:Repository", "by use: $0.10 a GB of images"],
      ["aws:s3/bucket:Bucket", "by use: $0.0245 a GB"],
      ["aws:sns/topic:Topic", "by use: cents"],
      ["kubernetes:helm.sh/v3:Release", "a chart's volumes and load balancers are not seen here"],
    ]);
  });
});

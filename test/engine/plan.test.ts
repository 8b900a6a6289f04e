import { afterAll, beforeAll, describe, test } from "vitest";
import { placementOn } from "../../components/platform/names.ts";
import { blueprints } from "../../components/workspace/blueprints/index.ts";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../components/workspace/plan.ts";
import { apply, at, pathOf, until } from "../support/cluster.ts";
import { createFoundation, foundationFor, newTag, type TestFoundation } from "../support/foundation.ts";

const tag = newTag();
const spec = foundationFor(tag);
const { installation } = spec;
let foundation: TestFoundation;

describe("the plan on a real API server", () => {
  const variants = Object.keys(blueprints).flatMap((blueprint) =>
    (["router", "ingress", "none"] as const).map((expose) => ({ blueprint, expose })),
  );
  const id = (blueprint: string, expose: string) => `ws-${blueprint}-${expose}-${tag}`;

  beforeAll(async () => {
    foundation = await createFoundation(spec);
  });
  afterAll(() => foundation.dispose(variants.map(({ blueprint, expose }) => id(blueprint, expose))));

  test.each(variants)(
    "a $blueprint exposed by $expose is accepted strictly and gets ready",
    async ({ blueprint, expose }) => {
      const variant = composeWorkspace({
        ...{
          id: id(blueprint, expose),
          owner: "bob@example.com",
          blueprint,
          expose,
          host: "bob.example.com",
          installation,
        },
        placement: {
          ...placementOn(spec),
          ...{ hostUsers: false, denyEgress: ["44.1.2.0/24", "2600:1f00::/24"] },
          tolerations: [{ key: "berth.dev/workspaces", operator: "Exists", effect: "NoSchedule" }],
        },
      });
      const variantPlan = planWorkspace(variant);
      await apply(foundation.admin, flattenPlan(variantPlan));
      await until("it is ready", async () => {
        const { body } = await foundation.admin.call("GET", pathOf(variantPlan.deployment));
        return at(body, "status", "readyReplicas") === 1 ? true : undefined;
      });
    },
  );
});

import { expect, test } from "vitest";
import { ownershipTags, tagsSpec } from "../../../components/core/tags.ts";

test("tags say whose a resource is, who answers for it and who pays, in words that AWS takes", () => {
  const owned = { installation: "prod", stack: "eu", owner: "platform-team", costCentre: "product" };
  expect(ownershipTags(owned)).toEqual({
    "managed-by": "berth",
    "berth.dev/installation": "prod",
    "berth.dev/stack": "eu",
    "berth.dev/owner": "platform-team",
    "berth.dev/cost-centre": "product",
  });
  expect(tagsSpec.parse(ownershipTags(owned))).toEqual(ownershipTags(owned));
});

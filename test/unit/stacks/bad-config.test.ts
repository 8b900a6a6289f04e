import { describe, expect, test } from "vitest";
import { UserError } from "../../../components/core/errors.ts";
import { changed, readPlatform, shippedConfig } from "../../support/platform-config.ts";
import type { BadConfig } from "./bad-config/bad-config.ts";
import { cluster } from "./bad-config/cluster.ts";
import { data } from "./bad-config/data.ts";
import { edge } from "./bad-config/edge.ts";
import { images } from "./bad-config/images.ts";
import { inside } from "./bad-config/inside.ts";
import { missing } from "./bad-config/missing.ts";
import { names } from "./bad-config/names.ts";
import { network } from "./bad-config/network.ts";
import { nodes } from "./bad-config/nodes.ts";
import { ownership } from "./bad-config/ownership.ts";
import { secrets } from "./bad-config/secrets.ts";
import { shape } from "./bad-config/shape.ts";

/** The lines that a person reads of a configuration; none when it is right. */
function linesOf({ from, changes, secretKeys }: BadConfig): readonly string[] {
  try {
    readPlatform(changed(from === null ? {} : shippedConfig(from), changes), secretKeys);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n");
    throw error;
  }
}

describe.each([
  ["what must be there", missing],
  ["the shape of values", shape],
  ["whose it is and where", ownership],
  ["the network", network],
  ["the cluster", cluster],
  ["nodes and volumes", nodes],
  ["the database, backups and state", data],
  ["images", images],
  ["names and certificates", names],
  ["ways in", edge],
  ["what runs in the cluster", inside],
  ["secrets", secrets],
])("a mistake in %s:", (_, cases) => {
  test.each(cases)("$name", (bad) => {
    expect(linesOf(bad)).toEqual(bad.says);
  });
});

const secretKeys = ["adminToken", "webhookSecrets", "alertSecret"];

test.each(secrets)("no secret is in the message of $name", (bad) => {
  const hidden = [...secretKeys, ...(bad.secretKeys ?? [])];
  const values = Object.entries(bad.changes).filter(([key]) => hidden.some((top) => key.startsWith(top)));
  const texts = values.flatMap(([, value]) => leavesOf(value));
  expect(texts).not.toEqual([]);
  expect(texts.filter((text) => linesOf(bad).join("\n").includes(text))).toEqual([]);
});

function leavesOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [String(value)];
}

test.each(["dev", "prod"] as const)("Pulumi.%s.yaml has none", (from) => {
  expect(linesOf({ name: from, from, changes: {}, says: [] })).toEqual([]);
});

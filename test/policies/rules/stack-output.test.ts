import { describe, expect, test } from "vitest";
import { unknownValue } from "../../../policies/rule.ts";
import { outputNoSecret } from "../../../policies/rules/stack/output-no-secret.ts";
import { describeStackRule } from "./describe-rule.ts";
import { subjectOf } from "./kubernetes-fixtures.ts";

const stack = {
  ...subjectOf("pulumi:pulumi:Stack", "berth-dev", {
    apiUrl: "https://api.example.com",
    adminToken: "0123456789abcdef",
    images: { desktop: "berth/desktop:1" },
  }),
  secrets: ["adminToken"],
};

describeStackRule(
  outputNoSecret,
  { stack },
  {
    refuses: {
      "a secret that is shown": {
        change: [["stack", "databasePassword"], "hunter2hunter2"],
        says: [
          "berth-dev (pulumi:pulumi:Stack): output databasePassword shows a literal value. Wrap it in pulumi.secret(), or leave it out.",
        ],
      },
      "one within another output": {
        change: [["stack", "images", "pull"], "https://ada:hunter2@registry.example.com"],
        says: [
          "berth-dev (pulumi:pulumi:Stack): output images.pull shows a URL with a password. Wrap it in pulumi.secret(), or leave it out.",
        ],
      },
    },
    waitsFor: [
      ["stack", "apiUrl"],
      ["stack", "images"],
    ],
  },
);

describe("stack-output-no-secret", () => {
  test("refuses what is no more marked secret", () => {
    expect(outputNoSecret.checkStack([{ ...stack, secrets: [] }])).toEqual([
      {
        message:
          "berth-dev (pulumi:pulumi:Stack): output adminToken shows a literal value. Wrap it in pulumi.secret(), or leave it out.",
        urn: stack.urn,
      },
    ]);
  });

  test("says nothing where marks cannot be told", () => {
    const { secrets, ...unmarked } = stack;
    expect(secrets).toHaveLength(1);
    expect(outputNoSecret.checkStack([unmarked])).toEqual([]);
  });

  test("waits for an output that would be one", () => {
    const props = { databasePassword: unknownValue };
    expect(outputNoSecret.checkStack([{ ...stack, props }])).toEqual([]);
  });
});

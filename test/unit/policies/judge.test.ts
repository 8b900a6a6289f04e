import { describe, expect, test } from "vitest";
import { z } from "zod";
import { judge } from "../../../policies/judge.ts";
import {
  type ResourceRule,
  type ResourceSubject,
  read,
  type StackRule,
  unknownValue,
  violation,
} from "../../../policies/rule.ts";
import { parseSettings } from "../../../policies/settings.ts";
import { readProps } from "../../../policies/wire.ts";

const values = z.strictObject({ most: z.number().default(1) });
const small = {
  name: "box-stay-small",
  description: "Boxes are small.",
  severity: "mandatory",
  values,
  types: ["test:Box"],
  check(subject, settings) {
    const size = read(subject.props, "size");
    const { most } = values.parse(settings);
    if (typeof size !== "number" || size <= most) return [];
    return [violation(subject, `size is ${size}.`, `Make it at most ${most}.`)];
  },
} satisfies ResourceRule;
const few = {
  name: "stack-have-few",
  description: "There are few boxes.",
  severity: "advisory",
  checkStack: (subjects) => (subjects.length > 2 ? [{ message: "The stack has too much. Take something out." }] : []),
} satisfies StackRule;
const rules = [small, few];

const box = (name: string, size: unknown): ResourceSubject => ({
  ...{ type: "test:Box", name, props: { size } },
  urn: `urn:pulumi:dev::berth::test:Shelf$test:Box::${name}`,
});
const judged = (settings: unknown, ...subjects: readonly ResourceSubject[]) =>
  judge(rules, parseSettings(rules, settings), subjects, "2026-11-21").map(({ rule, severity, message }) =>
    [severity, rule, message].join(" "),
  );
const tooLarge = "mandatory box-stay-small large (test:Box): size is 5. Make it at most 1.";

describe("rules as they are set", () => {
  test("say what is wrong with which resource, at their own level", () => {
    expect(judged({}, box("large", 5), box("tiny", 1), { ...box("other", 9), type: "test:Other" })).toEqual([
      tooLarge,
      "advisory stack-have-few The stack has too much. Take something out.",
    ]);
  });

  test("say nothing of what is not known yet", () => {
    expect(judged({}, box("large", unknownValue))).toEqual([]);
  });

  test.each<[string, unknown, readonly string[]]>([
    [
      "a level of its own",
      { "box-stay-small": { enforcementLevel: "advisory" } },
      [tooLarge.replace("mandatory", "advisory")],
    ],
    ["a level in short", { "box-stay-small": "disabled" }, []],
    ["a level of all", { all: "advisory" }, [tooLarge.replace("mandatory", "advisory")]],
    ["its own level before that of all", { all: "disabled", "box-stay-small": "mandatory" }, [tooLarge]],
    ["a value of its own", { "box-stay-small": { most: 5 } }, []],
  ])("take %s", (_, settings, expected) => {
    expect(judged(settings, box("large", 5))).toEqual(expected);
  });
});

describe("an exception", () => {
  const settings = (resource: string, until = "2026-11-21") => ({
    "box-stay-small": { exceptions: [{ resource, until, reason: "it is Christmas" }] },
  });

  test.each(["large", "l*", "*", "urn:pulumi:*::large", "*test:Shelf$test:Box::large"])("holds for %s", (resource) => {
    expect(judged(settings(resource), box("large", 5))).toEqual([]);
  });

  test.each(["larg", "arge", "l.rge", "stack", "urn:pulumi:prod::*"])("of %s is another's", (resource) => {
    expect(judged(settings(resource), box("large", 5))).toEqual([tooLarge]);
  });

  test("ends, and the rule says so", () => {
    expect(judged(settings("l*", "2026-11-20"), box("large", 5))).toEqual([
      `${tooLarge} The exception for "l*" (it is Christmas) ended on 2026-11-20.`,
    ]);
  });

  test("of the whole stack is one for what is about no single resource", () => {
    const exceptions = [{ resource: "stack", until: "2030-01-01", reason: "for now" }];
    expect(judged({ "stack-have-few": { exceptions } }, box("a", 1), box("b", 1), box("c", 1))).toEqual([]);
  });
});

test("wrong settings are told all at once, each by its path", () => {
  const wrong = {
    "box-stay-tiny": "advisory",
    "box-stay-small": { most: "five", exceptions: [{ resource: "large", until: "tomorrow" }] },
    "stack-have-few": "loud",
  };
  expect(() => parseSettings(rules, wrong, "BERTH_POLICIES")).toThrow(
    expect.objectContaining({
      name: "UserError",
      mistakes: expect.arrayContaining([
        expect.objectContaining({ option: "BERTH_POLICIES.box-stay-tiny" }),
        expect.objectContaining({ option: "BERTH_POLICIES.box-stay-small.most", value: "five" }),
        expect.objectContaining({ option: "BERTH_POLICIES.box-stay-small.exceptions[0].until", value: "tomorrow" }),
        expect.objectContaining({ option: "BERTH_POLICIES.box-stay-small.exceptions[0].reason" }),
        expect.objectContaining({ option: "BERTH_POLICIES.stack-have-few.enforcementLevel", value: "loud" }),
      ]),
    }),
  );
});

test("values as they travel become plain, with what is unknown and what is secret marked in one way", () => {
  const [signature, secret, output] = [
    "4dabf18193072939515e22adb298388d",
    "1b47061264138c4ac30d75fd1eb44270",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  ];
  const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  expect(
    readProps({
      plain: { list: [1, unknownText, null] },
      password: { [signature]: secret, value: { inner: "hush" } },
      known: { [signature]: output, value: "here", secret: true },
      later: { [signature]: output },
    }),
  ).toEqual({
    props: {
      plain: { list: [1, unknownValue, null] },
      password: { inner: "hush" },
      known: "here",
      later: unknownValue,
    },
    secrets: ["password", "known"],
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { judge } from "../../../policies/judge.ts";
import { isRecord, type ResourceSubject } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { parseSettings } from "../../../policies/settings.ts";
import { workspaceProgram } from "../../../stacks/workspace.ts";
import { registrationsOf } from "../../support/mocks.ts";
import { runShippedPlatform } from "../../support/platform-program.ts";
import { stackOf, subjectsOf } from "../../support/policy-subjects.ts";
import { type Change, ofPlatform, ofWorkspace } from "./violations.ts";

// What the shipped programs register, with one change at a time that breaks one rule.
const programs = {
  dev: {
    changes: ofPlatform,
    register: async () => {
      const { result, registered } = await runShippedPlatform("dev");
      return [...subjectsOf(registered, "dev"), await stackOf(result, "dev")];
    },
  },
  workspace: {
    changes: ofWorkspace,
    register: async () => {
      const order = { id: "ws-mfrggzdfmztwq2lk", owner: "alice", host: "alice.example.com", blueprint: "desktop" };
      const spec = composeWorkspace({ ...order, expose: "ingress" });
      return subjectsOf((await registrationsOf(() => workspaceProgram(spec), order.id)).registered, order.id);
    },
  },
};

test("every rule is broken by some change of a shipped program", () => {
  const broken = new Set(Object.values(programs).flatMap(({ changes }) => Object.keys(changes)));
  expect(rules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
});

describe.each(Object.entries(programs))("the program of %s", (program, { changes, register }) => {
  let subjects: readonly ResourceSubject[] = [];
  const said: string[] = [];
  beforeAll(async () => {
    subjects = await register();
  }, 60_000);

  test.each(Object.entries(changes))("breaks %s", (name, change) => {
    const rule = rules.find((known) => known.name === name);
    if (rule === undefined) throw new Error(`There is no rule ${name}.`);
    const verdicts = (of: readonly ResourceSubject[]) => judge([rule], settingsFor(name), of, "2026-11-21");
    expect(verdicts(subjects)).toEqual([]);
    const found = verdicts(changed(subjects, change));
    expect(found.length).toBeGreaterThan(0);
    said.push(...found.map(({ rule, severity, message }) => `${rule} (${severity})\n  ${message}\n`));
  });

  test("is told for each what is wrong, with which resource, and what to do", async () => {
    await expect(said.join("\n")).toMatchFileSnapshot(`expected/violations-of-${program}.txt`);
  });
});

/** As by default, and what makes a rule wake that asks for nothing by itself. */
function settingsFor(name: string) {
  const rule = rules.filter((known) => known.name === name);
  const asks = name === "aws-cloudwatch-log-group-encrypt" ? { [name]: { ownKey: ["audit"] } } : {};
  return parseSettings(rule, asks);
}

function changed(subjects: readonly ResourceSubject[], change: Change): readonly ResourceSubject[] {
  if ("adds" in change) return [...subjects, change.adds];
  const name = "of" in change ? change.of : "drops" in change ? change.drops : change.unprotects;
  if (!subjects.some((subject) => subject.name === name)) throw new Error(`No program registers ${name}.`);
  return subjects.flatMap((subject) => {
    if (subject.name !== name) return [subject];
    if ("drops" in change) return [];
    if ("unprotects" in change) return [{ ...subject, protect: false }];
    const props = put(subject.props, change.at, change.to);
    if (!isRecord(props)) throw new Error("A resource's properties are an object.");
    return [{ ...subject, props }];
  });
}

/** A copy with one value put in, or taken out. */
function put(into: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list: readonly unknown[] = Array.isArray(into) ? into : [];
    return list.with(key, put(list[key], rest, value));
  }
  const fields = isRecord(into) ? into : {};
  const { [key]: inner, ...others } = fields;
  const changed = put(inner, rest, value);
  return changed === undefined ? others : { ...others, [key]: changed };
}

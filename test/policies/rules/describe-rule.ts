import { describe, expect, test } from "vitest";
import {
  isRecord,
  type ResourceRule,
  type ResourceSubject,
  type RuleSettings,
  type StackRule,
  unknownValue,
} from "../../../policies/rule.ts";

/** Where the one field is that a case changes: of a stack, the first part is the resource's key. */
export type Path = readonly (string | number)[];

/** One field of the compliant fixture changed; `undefined` takes it out. */
export interface Case {
  readonly change?: readonly [path: Path, value: unknown];
  readonly settings?: RuleSettings;
}

export interface Cases {
  /** What is refused, with all that is said. */
  readonly refuses: Readonly<Record<string, Case & { readonly says: readonly string[] }>>;
  /** What is fine, beside the fixture itself. */
  readonly allows?: Readonly<Record<string, Case>>;
  /** Fields that the rule says nothing of as long as a preview does not know them. */
  readonly waitsFor: readonly Path[];
}

/** Tests a rule of one resource with its type's compliant fixture. */
export function describeRule(rule: ResourceRule, compliant: ResourceSubject, cases: Cases): void {
  describeCases(rule.name, cases, (change, settings) => {
    const [path, value] = change ?? [[], undefined];
    const props = path.length === 0 ? compliant.props : put(compliant.props, path, value);
    if (!isRecord(props)) throw new Error("A resource's properties are an object.");
    return rule.check({ ...compliant, props }, settings).map(({ message }) => message);
  });
}

/** A stack's resources by a key, for the path of a case's field. */
export type Stack = Readonly<Record<string, ResourceSubject>>;

/** Tests a rule of a whole stack: a case changes a field of one of its resources, or takes that out. */
export function describeStackRule(rule: StackRule, compliant: Stack, cases: Cases): void {
  describeCases(rule.name, cases, (change, settings) => {
    const [[key = "", ...path], value] = change ?? [[], undefined];
    const subjects = Object.entries(compliant).flatMap(([own, subject]) => {
      if (own !== key) return [subject];
      if (path.length === 0) return [];
      const props = put(subject.props, path, value);
      return isRecord(props) ? [{ ...subject, props }] : [];
    });
    return rule.checkStack(subjects, settings).map(({ message }) => message);
  });
}

type Run = (change: Case["change"], settings: RuleSettings) => readonly string[];

function describeCases(name: string, { refuses, allows = {}, waitsFor }: Cases, run: Run): void {
  describe(name, () => {
    test("has nothing to say of the compliant fixture", () => {
      expect(run(undefined, {})).toEqual([]);
    });
    test.each(Object.entries(refuses))("refuses %s", (_, { change, settings = {}, says }) => {
      expect(run(change, settings)).toEqual(says);
    });
    const fine = Object.entries(allows);
    if (fine.length > 0) {
      test.each(fine)("allows %s", (_, { change, settings = {} }) => {
        expect(run(change, settings)).toEqual([]);
      });
    }
    test.each(waitsFor.map((path) => [path.join("."), path] as const))("waits for %s", (_, path) => {
      expect(run([path, unknownValue], {})).toEqual([]);
    });
  });
}

/** A copy with one value put in, or taken out. */
function put(into: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(into)) {
    const copy: unknown[] = [...into];
    copy[Number(key)] = put(copy[Number(key)], rest, value);
    return copy.filter((element) => element !== undefined);
  }
  const inner = put(isRecord(into) ? into[String(key)] : undefined, rest, value);
  const others = isRecord(into) ? Object.entries(into).filter(([name]) => name !== String(key)) : [];
  return Object.fromEntries(inner === undefined ? others : [...others, [String(key), inner]]);
}

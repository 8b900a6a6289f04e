import { z } from "zod";
import { parseOrExplain } from "../components/core/parse.ts";
import type { AnyRule, RuleSettings, Severity } from "./rule.ts";

/** A resource that a rule lets be, until a day. */
export type Exception = z.output<typeof exception>;

/** What is set for one rule. */
export interface SettingsOfRule {
  readonly enforcementLevel: Severity | "disabled";
  readonly exceptions: readonly Exception[];
  /** The rule's own values, as far as they are set: the rule knows the defaults of the others. */
  readonly values: RuleSettings;
}

/** What is set for each rule, by its name. */
export type Settings = ReadonlyMap<string, SettingsOfRule>;

const exception = z.strictObject({
  resource: z.string().min(1).meta({ description: "Logical name or URN; `*` stands for any characters." }),
  reason: z.string().min(1).meta({ description: "Why the resource may be so." }),
  until: z.iso
    .date('must be a day, written as "2027-01-31"')
    .meta({ description: "Last day on which it holds (UTC), YYYY-MM-DD." }),
});

/** Settings that every rule has besides its own values. */
export const exceptions = z
  .array(exception)
  .optional()
  .meta({ description: "Resources that the rule lets be, each with a reason and a last day." });

const enforcementLevel = z.enum(["mandatory", "advisory", "disabled"]);

/**
 * Reads what somebody set, in the form of Pulumi's own configuration of a policy pack, so that one file serves the CLI
 * (`--policy-pack-config`) and the provisioner. Throws a `UserError` that names every wrong field by its path.
 *
 * @example { "all": "advisory", "stack-stay-under-budget": { "enforcementLevel": "mandatory", "budgetUsd": 900 } }
 */
export function parseSettings(rules: readonly AnyRule[], value: unknown, root = "policies"): Settings {
  const whole = expanded(value ?? {});
  // Most rules are as they are: only of those that something is set for is a schema made, which takes a millisecond each.
  const set = rules.filter(({ name }) => typeof whole === "object" && whole !== null && Object.hasOwn(whole, name));
  const schema = z.strictObject({
    all: z.strictObject({ enforcementLevel }).optional(),
    ...Object.fromEntries(set.map((rule) => [rule.name, settingsOf(rule)])),
  });
  const { all, ...given } = parseOrExplain(schema, whole, root);
  const byName = new Map(Object.entries(given));
  return new Map(
    rules.map((rule) => {
      const own = byName.get(rule.name);
      const level = all?.enforcementLevel ?? rule.severity;
      if (own === undefined) return [rule.name, { enforcementLevel: level, exceptions: [], values: {} }];
      const { enforcementLevel = level, exceptions = [], ...values } = settingsOf(rule).parse(own);
      return [rule.name, { enforcementLevel, exceptions, values }];
    }),
  );
}

function settingsOf({ values }: AnyRule) {
  return z.strictObject({ ...values?.shape, enforcementLevel: enforcementLevel.optional(), exceptions });
}

/** `"rule": "advisory"` is short for `"rule": { "enforcementLevel": "advisory" }`. */
function expanded(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, set]) => [name, typeof set === "string" ? { enforcementLevel: set } : set]),
  );
}

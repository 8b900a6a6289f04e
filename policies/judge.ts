import { matchesGlob } from "./glob.ts";
import type { AnyRule, ResourceSubject, Severity, Violation } from "./rule.ts";
import type { Exception, Settings, SettingsOfRule } from "./settings.ts";

/** A violation, with the rule that found it. */
export interface Verdict {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** The resource that it is about; none where it is the whole stack. */
  readonly urn?: string;
}

/** What all rules, as they are set, say of the resources of a stack. `today` is a day in UTC, YYYY-MM-DD. */
export function judge(
  rules: readonly AnyRule[],
  settings: Settings,
  subjects: readonly ResourceSubject[],
  today: string,
): readonly Verdict[] {
  return rules.flatMap((rule) => {
    const set = settings.get(rule.name);
    if (set === undefined || set.enforcementLevel === "disabled") return [];
    const { enforcementLevel: severity } = set;
    const found =
      "check" in rule
        ? subjects.flatMap((subject) => judgeResource(rule, set, subject, today))
        : judgeStack(rule, set, subjects, today);
    return found.map((violation) => ({ rule: rule.name, severity, ...violation }));
  });
}

/** What one rule says of one resource, where it judges its type; an exception that ended is told. */
export function judgeResource(
  rule: Extract<AnyRule, { readonly check: unknown }>,
  { values, exceptions }: Pick<SettingsOfRule, "values" | "exceptions">,
  subject: ResourceSubject,
  today: string,
): readonly Violation[] {
  if (!rule.types.includes(subject.type)) return [];
  const violations = rule.check(subject, values).map((found) => ({ ...found, urn: found.urn ?? subject.urn }));
  return withoutExceptions(violations, exceptions, today);
}

/** What one rule says of a whole stack. */
export function judgeStack(
  rule: Extract<AnyRule, { readonly checkStack: unknown }>,
  { values, exceptions }: Pick<SettingsOfRule, "values" | "exceptions">,
  subjects: readonly ResourceSubject[],
  today: string,
): readonly Violation[] {
  return withoutExceptions(rule.checkStack(subjects, values), exceptions, today);
}

/** What the whole stack is called in an exception, where a violation is of no single resource. */
const wholeStack = "stack";

function withoutExceptions(
  violations: readonly Violation[],
  exceptions: readonly Exception[],
  today: string,
): readonly Violation[] {
  return violations.flatMap((violation) => {
    const meant = exceptions.filter(({ resource }) => covers(resource, violation.urn));
    if (meant.some(({ until }) => today <= until)) return [];
    const [ended] = meant.toSorted((one, other) => (one.until < other.until ? 1 : -1));
    if (ended === undefined) return [violation];
    const note = `The exception for "${ended.resource}" (${ended.reason}) ended on ${ended.until}.`;
    return [{ ...violation, message: `${violation.message} ${note}` }];
  });
}

function covers(pattern: string, urn: string | undefined): boolean {
  if (urn === undefined) return matchesGlob(pattern, wholeStack);
  return matchesGlob(pattern, urn) || matchesGlob(pattern, urn.split("::").slice(3).join("::"));
}

import type { z } from "zod";

/** Whether a violation stops a change, or is only said. */
export type Severity = "mandatory" | "advisory";

/** One resource as a rule sees it. */
export interface ResourceSubject {
  /** As Pulumi writes it: `aws:rds/instance:Instance`, `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly urn: string;
  /**
   * Properties as plain data, as the program wrote them: secrets are unwrapped, and what is not known yet is
   * `unknownValue`, at any depth. Of a stack itself (`pulumi:pulumi:Stack`), its outputs.
   */
  readonly props: Readonly<Record<string, unknown>>;
  /** Whether Pulumi refuses to delete it. */
  readonly protect?: boolean;
  /** URN of its provider, among a stack's resources `pulumi:providers:…`; absent where that cannot be told. */
  readonly provider?: string;
  /** Paths in `props` of the values that are marked secret ("data.password"); absent where that cannot be told. */
  readonly secrets?: readonly string[];
}

/** What a rule found. */
export interface Violation {
  /** The resource, what is wrong with it, and the fix: see `violation`. */
  readonly message: string;
  /** The resource that it is about; none where it is the whole stack. */
  readonly urn?: string;
}

/** A rule's own values, as the settings give them: read them with the rule's own schema, which has their defaults. */
export type RuleSettings = Readonly<Record<string, unknown>>;

interface Rule {
  /** kebab-case, unique: type and verb, "aws-eks-cluster-encrypt". */
  readonly name: string;
  /** What it wants, and why, as a sentence or two. */
  readonly description: string;
  readonly severity: Severity;
  /** Schema of the rule's own values, each with a default and a description. */
  readonly values?: z.ZodObject;
}

/** A rule that needs to see no more than one resource. */
export interface ResourceRule extends Rule {
  /** Types of the resources that it judges; it is never called with others. */
  readonly types: readonly string[];
  /** What is wrong with one resource: nothing is fine. What is not known yet is fine too: it is judged at the `up`. */
  readonly check: (subject: ResourceSubject, settings: RuleSettings) => readonly Violation[];
}

/** A rule that needs to see all resources of a stack. */
export interface StackRule extends Rule {
  readonly checkStack: (subjects: readonly ResourceSubject[], settings: RuleSettings) => readonly Violation[];
}

export type AnyRule = ResourceRule | StackRule;

/** Stands for a value that a preview does not know yet. Whoever hands resources to rules puts it there. */
export const unknownValue: unique symbol = Symbol.for("berth:policies:unknown");

export type UnknownValue = typeof unknownValue;

export function isUnknown(value: unknown): value is UnknownValue {
  return value === unknownValue;
}

/** Whether a value, or anything within it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isRecord(value) && Object.values(value).some(hasUnknown);
}

/** Whether a value is an object with fields, no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What a path leads to: `undefined` where there is nothing (null too), `unknownValue` where it, or anything on the way,
 * is not known yet.
 *
 * @example read(subject.props, "spec", "template", "spec", "containers", 0, "image")
 */
export function read(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (isUnknown(at)) return unknownValue;
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at ?? undefined;
}

/** The elements of a list at a path, known or not; none where there is no list, or it is not known yet. */
export function readList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const list = read(value, ...path);
  return Array.isArray(list) ? list : [];
}

/** The fields of an object at a path, known or not; none where there is no object, or it is not known yet. */
export function readEntries(value: unknown, ...path: readonly (string | number)[]): readonly [string, unknown][] {
  const object = read(value, ...path);
  return isRecord(object) ? Object.entries(object) : [];
}

/** A violation's words: what was found on which resource (a sentence), and what to do about it (another). */
export function violation(subject: ResourceSubject, found: string, fix: string): Violation {
  return { message: `${subject.name} (${subject.type}): ${found} ${fix}`, urn: subject.urn };
}

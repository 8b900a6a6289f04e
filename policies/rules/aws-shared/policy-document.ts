import { isRecord, isUnknown, readEntries, readList } from "../../rule.ts";
import { isWorld } from "./world.ts";

/** One statement of an IAM policy, with lists where IAM also takes single values. */
export interface Statement {
  readonly effect: unknown;
  readonly actions: readonly unknown[];
  /** All actions but these: absent where the statement names what it allows. */
  readonly notActions?: readonly unknown[];
  readonly resources: readonly unknown[];
  /** Whom it is for, by kind: AWS, Service, Federated, CanonicalUser; "*" alone is everyone. */
  readonly principals: readonly { readonly kind: string; readonly id: unknown }[];
  /** Everybody but some. */
  readonly notPrincipal: boolean;
  /** Keys that its conditions ask for, in lower case: IAM takes them in any. */
  readonly conditions: readonly Condition[];
  readonly sid?: string;
}

export interface Condition {
  /** "StringEquals", "ArnLike", … */
  readonly operator: string;
  /** In lower case: "aws:sourceaccount". */
  readonly key: string;
  readonly values: readonly unknown[];
}

/**
 * The statements of a policy that is written as JSON, or as an object. None where it is not known yet, absent, or no
 * policy: AWS refuses that one itself.
 */
export function statementsOf(policy: unknown): readonly Statement[] {
  const document = typeof policy === "string" ? parseJson(policy) : policy;
  if (!isRecord(document)) return [];
  return listOf(document.Statement).filter(isRecord).map(readStatement);
}

/** The statements that allow something. */
export function allowedBy(policy: unknown): readonly Statement[] {
  return statementsOf(policy).filter(({ effect }) => effect === "Allow");
}

/** How a message names a statement: by its Sid where it has one. */
export function nameOf({ sid }: Statement): string {
  return sid === undefined ? "a statement" : `the statement ${sid}`;
}

/** Whether a statement is for everyone: `*`, as such, as an AWS account, or all but somebody. */
export function isForEveryone({ principals, notPrincipal }: Statement): boolean {
  return notPrincipal || principals.some(({ kind, id }) => id === "*" && (kind === "*" || kind === "AWS"));
}

/**
 * Whether the conditions leave no more than those whom somebody named: an account, an organization, a principal or a
 * resource of one's own, a network. A value of `*` names nobody.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function isNarrowed({ conditions }: Statement): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      /^(?:ForAnyValue:)?(?:String|Arn|Ip)(?:Equals|EqualsIgnoreCase|Like|Address)$/.test(operator) &&
      narrowing.has(key) &&
      values.length > 0 &&
      values.every((value) => isUnknown(value) || (typeof value === "string" && !fitsAnybody(value))),
  );
}

const narrowing = new Set([
  ...["aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"],
  ...["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"],
  ...[
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
  ],
]);

/** Whether a value that a condition compares with fits anybody: any account's resources, any address. */
function fitsAnybody(value: string): boolean {
  if (!value.startsWith("arn:")) return /^\*+$/.test(value) || isWorld(value);
  const [, , , , account = "*", ...resource] = value.split(":");
  // The ARN of a bucket has no account in it: its name is enough.
  return account === "" ? /^\*/.test(resource.join(":")) : account.includes("*");
}

function readStatement(statement: Readonly<Record<string, unknown>>): Statement {
  const { Sid: sid, Effect: effect, Principal: principal, NotAction: notActions } = statement;
  return {
    effect,
    actions: listOf(statement.Action),
    ...(notActions === undefined ? {} : { notActions: listOf(notActions) }),
    resources: listOf(statement.Resource),
    principals: isRecord(principal)
      ? Object.entries(principal).flatMap(([kind, ids]) => listOf(ids).map((id) => ({ kind, id })))
      : listOf(principal).map((id) => ({ kind: "*", id })),
    notPrincipal: statement.NotPrincipal !== undefined,
    conditions: readEntries(statement, "Condition").flatMap(([operator, keys]) =>
      readEntries(keys).map(([key, values]) => ({ operator, key: key.toLowerCase(), values: listOf(values) })),
    ),
    ...(typeof sid === "string" && sid !== "" ? { sid } : {}),
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? readList(value) : [value];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { isRecord, isUnknown, read, readEntries, readList, type UnknownValue, unknownValue } from "../../rule.ts";

/** Yes, no, or not known yet. */
export type Answer = boolean | UnknownValue;

/** Yes where all are, no where one is not, else not known yet. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.some(isUnknown) ? unknownValue : true;
}

/** Yes where one is, no where none is, else not known yet. */
export function some(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.some(isUnknown) ? unknownValue : false;
}

/** Whether two values are the same. */
export function same(one: unknown, other: unknown): Answer {
  return isUnknown(one) || isUnknown(other) ? unknownValue : one === other;
}

/**
 * Whether a label selector (`matchLabels`, `matchExpressions`) selects what has these labels. An empty one selects all,
 * none at all selects nothing.
 */
export function selects(selector: unknown, labels: unknown): Answer {
  if (selector === undefined) return false;
  if (isUnknown(selector) || isUnknown(labels)) return unknownValue;
  const equal = readEntries(selector, "matchLabels").map(([key, value]) => same(read(labels, key), value));
  const expressed = readList(selector, "matchExpressions").map((expression) => holds(expression, labels));
  const hidden = ["matchLabels", "matchExpressions"].map((part) => read(selector, part)).filter(isUnknown);
  return every([...equal, ...expressed, ...hidden]);
}

/** Whether a label selector selects everything, whatever its labels. */
export function selectsAll(selector: unknown): Answer {
  if (isUnknown(selector)) return selector;
  if (!isRecord(selector)) return false;
  return every(
    ["matchLabels", "matchExpressions"].map((part) => {
      const value = read(selector, part);
      return isUnknown(value) ? value : value === undefined || Object.keys(Object(value)).length === 0;
    }),
  );
}

function holds(expression: unknown, labels: unknown): Answer {
  const key = read(expression, "key");
  const operator = read(expression, "operator");
  if (typeof key !== "string" || typeof operator !== "string") return unknownValue;
  const value = read(labels, key);
  const among = some(readList(expression, "values").map((one) => same(one, value)));
  switch (operator) {
    case "In":
      return among;
    case "NotIn":
      return not(among);
    case "Exists":
      return isUnknown(value) ? true : value !== undefined;
    case "DoesNotExist":
      return isUnknown(value) ? false : value === undefined;
    default:
      return unknownValue;
  }
}

function not(answer: Answer): Answer {
  return isUnknown(answer) ? answer : !answer;
}

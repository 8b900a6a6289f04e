/** What a user did wrong: which option, what was found there, and what to do about it. */
export interface UserMistake {
  /** Name or path of the option, as the user writes it: `placement.storageClassName`, `BERTH_PORT`. */
  readonly option: string;
  /** The value that was found; `undefined` when there was none. Give no secrets: it is printed. */
  readonly value: unknown;
  /** What is wrong and what to write instead, as one or two sentences. */
  readonly fix: string;
}

/**
 * A mistake of the user's, not of ours: printed without a stack. Anything else that is thrown is a bug and keeps its
 * stack.
 *
 * @example throw new UserError({ option: "storage.size", value: "20GB", fix: "Write a Kubernetes quantity: 20Gi." });
 */
export class UserError extends Error {
  /** By which it is told from other errors, also across processes. */
  override readonly name = "UserError";
  /** All that was wrong, one for each option. */
  readonly mistakes: readonly UserMistake[];

  constructor(...mistakes: readonly [UserMistake, ...UserMistake[]]) {
    const message = mistakes.map(describeMistake).join("\n");
    super(message);
    this.mistakes = mistakes;
    this.stack = `UserError: ${message}`;
    // By this mark Pulumi knows an error that is told by its message alone, as its own `RunError` is:
    // https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/errors.ts (November 2026).
    Object.defineProperty(this, "__pulumiRunError", { value: true });
  }
}

/** One mistake as one line: `storage.size: found "20GB". Write a Kubernetes quantity: 20Gi.` */
export function describeMistake({ option, value, fix }: UserMistake): string {
  return `${option}: ${value === undefined ? "missing" : `found ${shorten(JSON.stringify(value) ?? String(value))}`}. ${fix}`;
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}

/**
 * What went wrong in a way that the person at the terminal can put right: the message says what and how, so the
 * commands print it alone, without a stack.
 */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

/** The message of anything that was thrown, with the messages of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` (${messageOf(error.cause)})`;
  return `${error.message}${cause}`;
}

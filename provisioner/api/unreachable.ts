/** Codes of a connection that cannot be made or was lost: Node's own, and Postgres' classes 08 and 57P0x. */
const codes =
  /^(ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|08\w{3}|57P0[123]|53300)$/;
const words =
  /timeout exceeded when trying to connect|connection terminated|client has encountered a connection error|unable to check out a connection/i;

/** Whether an error, or what caused it, is that the database does not answer. */
export function isUnreachable(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof AggregateError && cause.errors.some(isUnreachable)) return true;
    if ("code" in cause && typeof cause.code === "string" && codes.test(cause.code)) return true;
    if (words.test(cause.message)) return true;
  }
  return false;
}

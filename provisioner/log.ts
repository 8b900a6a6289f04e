import { DrizzleQueryError } from "drizzle-orm";
import pino, { type DestinationStream, type LevelWithSilent, type Logger } from "pino";

/** Names under which secrets might come into a log line: this is the last net, not the first. */
const secretFields = [
  ...["authorization", "cookie", "password", "passphrase", "token", "secret", "secrets", "databaseUrl"],
  ...["adminToken", "webhook-signature", "svix-signature"],
];

/** One JSON line per event, on standard output unless told otherwise. */
export function createLog(level: LevelWithSilent, destination?: DestinationStream): Logger {
  const quoted = secretFields.map((name) => (/^\w+$/.test(name) ? name : `["${name}"]`));
  const below = (prefix: string) =>
    quoted.map((name) => (name.startsWith("[") ? `${prefix}${name}` : `${prefix}.${name}`));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: toldOf },
      redact: { paths: [...quoted, ...below("*"), ...below("*.*")], censor: "(hidden)" },
    },
    destination ?? pino.destination(1),
  );
}

/**
 * Of an error, and of what caused it, only what tells what happened: libraries hang whole connections on theirs, with the
 * keys of these. Of a statement that failed the statement and the database's words, and none of the values, which stand in
 * the error's text, and are whatever users wrote: paths with what is in their queries.
 */
function toldOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack = "", cause } = error;
  const told = {
    type: name,
    message,
    code: "code" in error ? error.code : undefined,
    stack,
    ...(cause === undefined ? {} : { cause: toldOf(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(toldOf) } : {}),
  };
  if (!(error instanceof DrizzleQueryError)) return told;
  const { query } = error;
  return {
    ...told,
    type: "DrizzleQueryError",
    message: "A statement failed.",
    query,
    stack: stack.split(message).at(-1),
  };
}

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
      serializers: { err: forLog },
      redact: { paths: [...quoted, ...below("*"), ...below("*.*")], censor: "(hidden)" },
    },
    destination ?? pino.destination(1),
  );
}

/**
 * What a line says of an error. Of a statement that failed: the statement and the database's words, and none of the values,
 * which stand in the error's text, and are whatever users wrote: paths with what is in their queries.
 */
function forLog(error: Error): object {
  if (!(error instanceof DrizzleQueryError)) return pino.stdSerializers.err(error);
  const { query, cause, message, stack = "" } = error;
  return {
    type: "DrizzleQueryError",
    message: cause?.message,
    code: cause !== undefined && "code" in cause ? cause.code : undefined,
    query,
    stack: stack.split(message).at(-1),
  };
}

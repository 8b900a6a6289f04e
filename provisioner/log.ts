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

/** Of an error only what tells what happened: libraries hang whole connections on theirs, with the keys of these. */
function toldOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  const errors = error instanceof AggregateError ? { errors: error.errors.map(toldOf) } : {};
  return { type, message, stack, code, ...errors };
}

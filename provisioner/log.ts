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
      redact: { paths: [...quoted, ...below("*"), ...below("*.*")], censor: "(hidden)" },
    },
    destination ?? pino.destination(1),
  );
}

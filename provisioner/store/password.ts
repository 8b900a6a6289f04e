import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../components/core/errors.ts";
import type { PasswordSource } from "../config-database.ts";

/** Gives the password that holds now; asked for each connection. Throws a `UserError` when there is none. */
export type Password = () => Promise<string>;

const databaseSecret = z.looseObject({ password: z.string().min(1) });

/** The password that is where the configuration says. */
export function passwordFrom(source: PasswordSource): Password {
  if (source.kind === "file") return passwordFromFile(source.path);
  return source.kind === "aws-secret" ? passwordFromSecret(source.arn) : passwordFromIam(source);
}

function passwordFromFile(path: string): Password {
  const mistake = (fix: string) => new UserError({ option: "BERTH_DATABASE_PASSWORD_FILE", value: path, fix });
  return async () => {
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      throw mistake(`It cannot be read: ${messageOf(error)}`);
    });
    const password = text.replace(/\r?\n$/, "");
    if (password === "") throw mistake("It is empty: write the database's password into it.");
    return password;
  };
}

/**
 * AWS's client finds its credentials by itself: of EKS Pod Identity in a pod. It is imported when it is needed: it takes
 * 80 ms and 26 MB.
 */
function passwordFromSecret(arn: string): Password {
  const mistake = (fix: string) => new UserError({ option: "BERTH_DATABASE_SECRET", value: arn, fix });
  const [, , , region = ""] = arn.split(":");
  let making: ReturnType<typeof makeReader> | undefined;
  const makeReader = async () => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
    const client = new SecretsManagerClient({
      region,
      requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
    });
    return async () => (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString ?? "";
  };
  return async () => {
    making ??= makeReader();
    const read = await making;
    const text = await read().catch((error: unknown) => {
      throw mistake(`It cannot be read: ${messageOf(error)}`);
    });
    const secret = databaseSecret.safeParse(parseJson(text));
    if (!secret.success) throw mistake('It is no secret of a database: its value must be JSON with "password".');
    return secret.data.password;
  };
}

/** Milliseconds that a token is used for new connections; RDS takes it for 15 minutes. */
const tokenUse = 10 * 60_000;

/**
 * A token for the user and the database of the source. No request makes it: it is signed with the credentials that the
 * process has. A connection stays when its token ends.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
function passwordFromIam({ region, host, port, user }: Extract<PasswordSource, { kind: "aws-iam" }>): Password {
  let current: { readonly token: Promise<string>; readonly until: number } | undefined;
  const make = async () => {
    // As AWS' other client: imported when it is needed.
    const { Signer } = await import("@aws-sdk/rds-signer");
    return new Signer({ hostname: host, port, region, username: user }).getAuthToken();
  };
  return async () => {
    if (current === undefined || Date.now() >= current.until) current = { token: make(), until: Date.now() + tokenUse };
    try {
      return await current.token;
    } catch (error) {
      current = undefined;
      const fix = `No token can be made for ${user}: ${messageOf(error)}`;
      throw new UserError({ option: "BERTH_DATABASE_IAM_REGION", value: region, fix });
    }
  };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // AWS's own errors are named by what is wrong, and say it with the account and the role.
  const named = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
  return named.replace(/\.?$/, ".");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return undefined;
  }
}

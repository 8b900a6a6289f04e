/** Where the database's password comes from when its URL has none. */
export type PasswordSource =
  | { readonly kind: "file"; readonly path: string }
  /** ARN of a secret of AWS Secrets Manager. */
  | { readonly kind: "aws-secret"; readonly arn: string }
  /** A token of AWS' IAM for this user of this database on RDS. */
  | {
      readonly kind: "aws-iam";
      readonly region: string;
      readonly host: string;
      readonly port: number;
      readonly user: string;
    };

/** What is read of the database, checked each for itself. */
interface DatabaseValues {
  readonly DATABASE_URL?: string | undefined;
  readonly BERTH_DATABASE_PASSWORD_FILE?: string | undefined;
  readonly BERTH_DATABASE_SECRET?: string | undefined;
  readonly BERTH_DATABASE_IAM_REGION?: string | undefined;
}

const sources = ["BERTH_DATABASE_PASSWORD_FILE", "BERTH_DATABASE_SECRET", "BERTH_DATABASE_IAM_REGION"] as const;

/** What of it does not fit together: the password has one place. At most one mistake for each variable. */
export function checkDatabase(
  values: DatabaseValues,
): readonly { readonly option: (typeof sources)[number]; readonly fix: string }[] {
  const named = sources.filter((name) => values[name] !== undefined);
  return named.flatMap((option) => {
    const wrong = (fix: string) => [{ option, fix }];
    if (values.DATABASE_URL === undefined) {
      return wrong("It is the password of a database that is not named: set DATABASE_URL too.");
    }
    const url = new URL(values.DATABASE_URL);
    if (url.password !== "") return wrong("DATABASE_URL holds a password already: take one of them out.");
    const [first] = named;
    if (option !== first) return wrong(`${first} says where the password is: take one of them out.`);
    if (option !== "BERTH_DATABASE_IAM_REGION") return [];
    if (url.username === "" || url.hostname === "") {
      return wrong(
        "A token is for one user of one host: name both in DATABASE_URL, postgres://user@host:5432/database.",
      );
    }
    // Postgres is given the token as it is: whoever stands in between could log in with it.
    // And what stands behind the question mark goes before what stands ahead of it, the last of several before the first.
    const modes = url.searchParams.getAll("sslmode");
    if (modes.length !== 1 || modes[0] !== "verify-full") {
      return wrong(
        "Whoever else answers would get the token: add ?sslmode=verify-full&sslrootcert=<path> to DATABASE_URL, once.",
      );
    }
    const other = ["host", "hostaddr", "port", "user", "ssl", "password"].find((key) => url.searchParams.has(key));
    return other === undefined
      ? []
      : wrong(`The token would go elsewhere than DATABASE_URL's host and user say: take ?${other}= out of it.`);
  });
}

/** Where the password is, of values that fit together. */
export function passwordSource(values: DatabaseValues): PasswordSource | undefined {
  const { BERTH_DATABASE_PASSWORD_FILE: file, BERTH_DATABASE_SECRET: arn, BERTH_DATABASE_IAM_REGION: region } = values;
  if (file !== undefined) return { kind: "file", path: file };
  if (arn !== undefined) return { kind: "aws-secret", arn };
  if (region === undefined) return undefined;
  const { hostname, port, username } = new URL(values.DATABASE_URL ?? "");
  return {
    kind: "aws-iam",
    region,
    host: hostname,
    port: port === "" ? 5432 : Number(port),
    user: decodeURIComponent(username),
  };
}

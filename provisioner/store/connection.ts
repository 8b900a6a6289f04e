import pg from "pg";
import type { Password } from "./password.ts";

/** How a connection is made: by the URL alone, or with a password that is asked for anew each time. */
export function connectionOf(url: string, password: Password | undefined): pg.ClientConfig {
  if (password === undefined) return { connectionString: url };
  // Beside a URL, a password of ours would not count. So pg reads the URL, and we pass on what it found there.
  const { host, port, user, database, ssl } = new pg.Client({ connectionString: url });
  return { host, port, user, database, ssl, password };
}

import { join } from "node:path";
import { UserError } from "../components/core/errors.ts";
import { isUnreachable } from "./api/unreachable.ts";
import { keptSecret } from "./kept-secret.ts";
import { RuntimeError } from "./runtimes/runtime.ts";
import { ShapeError } from "./store/database.ts";

/** A database's address as it may be shown: without password and parameters. */
export function shownDatabase(url: string): string {
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === "" ? "" : `${decodeURIComponent(username)}@`}${host}${pathname}`;
}

/** Runs what needs the database for the first time; says in words what keeps it from answering. */
export async function reachingDatabase<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fix = databaseFix(error);
    if (fix === undefined) throw error;
    throw new UserError({ option: "DATABASE_URL", value: shownDatabase(url), fix });
  }
}

/** What TLS says of a certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted: ReadonlySet<string> = new Set([
  ...["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  ...["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT", "CERT_HAS_EXPIRED"],
  ...["ERR_TLS_CERT_ALTNAME_INVALID"],
]);

function databaseFix(error: unknown): string | undefined {
  if (isUnreachable(error)) return "It does not answer: start it, or correct the address.";
  const code = codeOf(error);
  if (code === "28P01" || code === "28000") return "It refuses this user or password: correct them.";
  if (code === "3D000") return "There is no such database: create it, or correct the name.";
  if (code !== undefined && untrusted.has(code)) {
    return "Its certificate is not one to trust for this host: name its authority in the URL by sslrootcert=<path>.";
  }
  if (code === "ENOENT" || code === "EACCES") return "A file that it names, such as sslrootcert, cannot be read.";
  if (code === "42501") return "This user lacks a right in it: grant that, or use another user.";
  if (error instanceof ShapeError) {
    return `${error.message} Run provisioner/migrate.ts as their owner, or use a user that may make tables in it.`;
  }
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}

/** Runs what needs the cluster for the first time; says in words what keeps it from answering. */
export async function reachingCluster<T>(kubeconfig: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    const fix = `${error.message.replace(/\.?$/, ".")} Start the cluster, or name another one.`;
    throw new UserError({ option: "KUBECONFIG", value: kubeconfig, fix });
  }
}

/** What a listener that cannot listen means to its user. */
export function explainListening(error: unknown, option: string, port: number): unknown {
  const code = codeOf(error);
  if (code === "EADDRINUSE") {
    return new UserError({
      option,
      value: port,
      fix: "Another program listens there: stop it, or choose another port.",
    });
  }
  if (code === "EACCES") return new UserError({ option, value: port, fix: "Choose a port from 1024." });
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new UserError({
      option: option.replace("PORT", "HOST"),
      value: undefined,
      fix: "This machine has no such address.",
    });
  }
  return error;
}

/** The passphrase of the state folder, made at the first start and readable by its owner only. */
export function keptPassphrase(state: string): Promise<string> {
  return keptSecret(join(state, "pulumi-passphrase"));
}

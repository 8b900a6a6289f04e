import { EngineError } from "../engine/engine.ts";
import type { FailureCode } from "../lifecycle/failures.ts";
import { RuntimeError } from "../runtimes/runtime.ts";

/** Why an attempt failed, in words that its owner may read. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** The workspace was deployed and did not become ready in time. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

const engineCodes: Readonly<Record<EngineError["kind"], FailureCode>> = {
  cancelled: "interrupted",
  timeout: "engine-timeout",
  locked: "engine-locked",
  crashed: "engine-crashed",
  refused: "policy-violated",
  failed: "engine-failed",
};

const runtimeCodes: Readonly<Record<RuntimeError["kind"], FailureCode>> = {
  unreachable: "cluster-unreachable",
  refused: "cluster-refused",
  timeout: "cluster-timeout",
  foreign: "foreign",
};

/** What was thrown, as a failure that can be kept: a workspace's own words are in some, and Postgres holds no NUL. */
export function failureOf(error: unknown): Failure {
  const { code, message } = describe(error);
  return { code, message: message.replaceAll("\0", "").toWellFormed() };
}

/** What is not known to be for others' eyes stays in the provisioner's own log. */
function describe(error: unknown): Failure {
  if (error instanceof NotReadyError) return { code: "not-ready", message: error.message };
  if (error instanceof EngineError) return { code: engineCodes[error.kind], message: error.message };
  if (error instanceof RuntimeError) return { code: runtimeCodes[error.kind], message: error.message };
  return { code: "internal", message: "This is a mistake in Berth or its database: see the provisioner's log." };
}

import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import type { EngineError, EngineEvent } from "./engine.ts";

/** One operation, as the provisioner hands it to a worker. */
export interface Job {
  readonly stack: string;
  readonly project: string;
  readonly lease: string;
  readonly repair: boolean;
  /** What to bring the stack to; none: destroy it. */
  readonly spec?: WorkspaceSpec;
  /** Context of the kubeconfig; none: its current one. */
  readonly context?: string;
  /** The operation's own folder, there already. */
  readonly folder: string;
  /** Pulumi CLI. */
  readonly command: string;
  /** Whole environment of the CLI and its plugins. */
  readonly environment: Readonly<Record<string, string>>;
  readonly backend: string;
  /** How stacks are made and mended: by their files, or by CLI commands. */
  readonly store: "files" | "commands";
  /** `passphrase`, or the URL of a key: what encrypts a stack that has to be made. */
  readonly secretsProvider: string;
  /** The same as a stack's state says it, where a passphrase does (see `passphraseState`). */
  readonly encryption: string;
  /** What is set for the policies that the program must keep to, as a policy pack's configuration; none: no policies. */
  readonly policies?: unknown;
  /** Strings that must not appear in any message. */
  readonly secrets: readonly string[];
}

export type ToWorker =
  /** Import the program now, and the policies if there are any, so that a later `run` need not; at leisure, rehearse. */
  | { readonly type: "warm"; readonly program: string; readonly policies: boolean; readonly leisure: boolean }
  /** Begin the first deploy of the job's stack, in the job's folder alone, as far as the program. */
  | { readonly type: "prepare"; readonly program: string; readonly job: Job }
  | { readonly type: "run"; readonly program: string; readonly job: Job };

export type FromWorker =
  | { readonly type: "warmed" }
  | { readonly type: "prepared" }
  | { readonly type: "event"; readonly event: EngineEvent }
  | { readonly type: "done"; readonly timings: Readonly<Record<string, number>> }
  | { readonly type: "failed"; readonly kind: EngineError["kind"]; readonly message: string };

function hasType(message: unknown): message is { type: unknown } {
  return typeof message === "object" && message !== null && "type" in message;
}

/** Both ends are this package's own code and of one version, so the type's name is all there is to check. */
export function isToWorker(message: unknown): message is ToWorker {
  return hasType(message) && (message.type === "warm" || message.type === "prepare" || message.type === "run");
}

export function isFromWorker(message: unknown): message is FromWorker {
  return (
    hasType(message) &&
    (message.type === "warmed" ||
      message.type === "prepared" ||
      message.type === "event" ||
      message.type === "done" ||
      message.type === "failed")
  );
}

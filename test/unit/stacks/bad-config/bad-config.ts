import type { Changes } from "../../../support/platform-config.ts";

/** A mistake in a platform's configuration, and all that a person then reads. */
export interface BadConfig {
  readonly name: string;
  /** Whose shipped configuration is changed; `null` for an empty one. */
  readonly from: "dev" | "prod" | null;
  /** Values by the path of their key; `undefined` takes the key out. */
  readonly changes: Changes;
  /** Keys that Pulumi keeps encrypted. */
  readonly secretKeys?: readonly string[];
  /** The lines of the message. */
  readonly says: readonly string[];
}

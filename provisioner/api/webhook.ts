import { timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { Problem } from "../contract/problem.ts";

type FieldError = NonNullable<Problem["errors"]>[number];
type Verified = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly error: FieldError };

/** Seconds that a message's time may differ from ours. The library has the same figure and its own clock. */
const toleranceSeconds = 5 * 60;

/** Checks that a message was signed with one of the secrets, lately. Knows Standard Webhooks' and Svix's headers. */
export function createVerifier(secrets: readonly string[], now: () => Date) {
  const keys = secrets.map((secret) => new Webhook(secret));
  return (body: Uint8Array, headers: Readonly<Record<string, string>>): Verified => {
    const prefix = headers["webhook-id"] === undefined ? "svix" : "webhook";
    const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) => headers[`${prefix}-${name}`]);
    if (id === undefined || !/^[\x21-\x7e]{1,200}$/.test(id)) {
      return refused("webhook-id", id, "must be 1 to 200 printable characters (or svix-id)");
    }
    if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
      return refused(`${prefix}-timestamp`, timestamp, "must be seconds since 1970");
    }
    if (Math.abs(now().getTime() / 1000 - Number(timestamp)) > toleranceSeconds) {
      return refused(`${prefix}-timestamp`, timestamp, `must be at most ${toleranceSeconds} seconds from now`);
    }
    const signed = signature ?? "";
    // Decoding must lose nothing, or another body would have the same signature; JSON is UTF-8 in any case.
    const text = Buffer.from(body).toString("utf8");
    if (Buffer.compare(Buffer.from(text, "utf8"), body) !== 0)
      return refused("(the whole)", "(bytes)", "must be UTF-8");
    const expected = keys.map((key) => key.sign(id, new Date(Number(timestamp) * 1000), text));
    const given = signed.split(" ").slice(0, 10);
    const holds = expected.some((one) => given.filter((other) => sameText(one, other)).length > 0);
    return holds
      ? { ok: true, id }
      : refused(`${prefix}-signature`, signature, "must be made with the endpoint's secret");
  };
}

function refused(field: string, value: string | undefined, fix: string): Verified {
  return {
    ok: false,
    error: { field, value: value === undefined ? "(missing)" : JSON.stringify(value.slice(0, 60)), fix },
  };
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Sends a sign-up event to a provisioner, as the product's user management would.
 *
 *   BERTH_WEBHOOK_SECRETS=whsec_… node examples/signup/send.ts created user_2abc alice
 *   BERTH_WEBHOOK_SECRETS=whsec_… node examples/signup/send.ts deleted user_2abc
 *
 * The address is `BERTH_URL`, by default http://127.0.0.1:8080. Without arguments it prints a fresh secret.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { signMessage } from "./sign.ts";

const [what, id, username] = process.argv.slice(2);
if (what === undefined) {
  console.log(`whsec_${randomBytes(32).toString("base64")}`);
} else if ((what === "created" || what === "deleted") && id !== undefined) {
  process.exitCode = await send(what, id, username);
} else {
  console.error("Usage: send.ts created <user id> [username] | deleted <user id>");
  process.exitCode = 2;
}

async function send(event: "created" | "deleted", user: string, name: string | undefined): Promise<number> {
  const secret = (process.env.BERTH_WEBHOOK_SECRETS ?? "").split(",")[0];
  if (!secret) {
    console.error("Set BERTH_WEBHOOK_SECRETS to the secret that the provisioner has.");
    return 2;
  }
  const data = { id: user, ...(name === undefined ? {} : { username: name }) };
  const body = JSON.stringify({ type: `user.${event}`, object: "event", data });
  const url = new URL("/v1/webhooks/signup", process.env.BERTH_URL ?? "http://127.0.0.1:8080");
  const headers = signMessage({ id: `msg_${randomUUID()}`, at: new Date(), body, secret });
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
  });
  console.log(`${answer.status} ${await answer.text()}`);
  return answer.ok ? 0 : 1;
}

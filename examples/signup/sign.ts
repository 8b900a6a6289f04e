import { createHmac } from "node:crypto";

/** A webhook message that is to be signed as Standard Webhooks and Svix say. */
export interface Message {
  /** The same for every attempt to deliver this message. */
  readonly id: string;
  readonly at: Date;
  readonly body: string;
  /** `whsec_` and base64. */
  readonly secret: string;
}

/** The headers that prove where a message comes from. */
export function signMessage({ id, at, body, secret }: Message) {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

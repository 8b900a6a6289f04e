import { createHash } from "node:crypto";
import { listed } from "./http/fields.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";

/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Whether a workspace answers a WebSocket's handshake as it must: to this very request, in a protocol that was asked for.
 * What only looks like it could be a page's request that was made to look like a handshake.
 */
export function isAcceptance({ fields }: Pick<RequestHead, "fields">, answer: ResponseHead): boolean {
  if (answer.upgrade !== "websocket" || !answer.connection.includes("upgrade")) return false;
  const accepted = answer.fields.get("sec-websocket-accept");
  const key = fields.get("sec-websocket-key") ?? "";
  if (
    accepted !==
    createHash("sha1")
      .update(key + magic)
      .digest("base64")
  )
    return false;
  const chosen = answer.fields.get("sec-websocket-protocol");
  return chosen === undefined || listed(fields.get("sec-websocket-protocol") ?? "").includes(chosen);
}

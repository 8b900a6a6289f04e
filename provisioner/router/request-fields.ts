import { platformToken, withoutOurCookies } from "./cookies.ts";
import { rememberNames } from "./http/names.ts";
import type { RequestHead } from "./http/request-head.ts";

/** What the workspace is told of who asks. */
export interface Asked {
  /** `Host` as the workspace gets it: name and port that browsers use. */
  readonly host: string;
  readonly scheme: "http" | "https";
  /** Address of the browser. */
  readonly address: string;
}

/** Fields between two neighbours only, and those that are written anew. */
const replaced: ReadonlySet<string> = new Set([
  ...["host", "connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate", "te"],
  ...["trailer", "transfer-encoding", "content-length", "upgrade", "http2-settings", "expect"],
]);

/** Fields by which some proxy tells where a request came from, or where it should go: nobody before us is believed. */
const claimed: ReadonlySet<string> = new Set([
  ...["forwarded", "forwarded-for", "client-ip", "true-client-ip", "fastly-client-ip", "fly-client-ip", "remote-addr"],
  ...["x-client-ip", "x-cluster-client-ip", "x-real-ip", "x-remote-ip", "x-remote-addr", "x-proxyuser-ip"],
  ...[
    "x-host",
    "x-http-host-override",
    "x-rewrite-url",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
  ],
]);
const claimedFamilies = /^(?:x-forwarded(?:-|$)|x-original-|x-envoy-|x-azure-|x-appengine-|x-berth-|cf-|wl-proxy-)/;

/** Whether a request names a credential of the platform where it cannot be taken out: in its path or query. */
export function hasTokenInTarget({ target }: Pick<RequestHead, "target">): boolean {
  return target.includes("berth_") && platformToken.test(target);
}

/** A request's head as the workspace gets it. */
export function headForWorkspace(head: RequestHead, { host, scheme, address }: Asked): string {
  const { fields, connection } = head;
  let text = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    const value = passing(name, fields[index + 1] ?? "", connection);
    if (value !== undefined) text += `${name}: ${value}\r\n`;
  }
  text += `X-Forwarded-For: ${address}\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: ${scheme}\r\n`;
  if (head.upgrade !== undefined) return `${text}Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n\r\n`;
  if (head.body === "chunked") return `${text}Transfer-Encoding: chunked\r\n\r\n`;
  // A method that usually has a body says that it has none.
  const says = head.body > 0 || head.method === "POST" || head.method === "PUT" || head.method === "PATCH";
  return says ? `${text}Content-Length: ${head.body}\r\n\r\n` : `${text}\r\n`;
}

/**
 * Whether a field goes on at all, by its name. Many programs take `_` for `-`: what is not believed under one name would
 * come in under the other.
 */
const goesOn = rememberNames(
  (name) => !name.includes("_") && !replaced.has(name) && !claimed.has(name) && !claimedFamilies.test(name),
);

/** A field's value as it goes on; undefined where it does not. */
function passing(name: string, value: string, connection: readonly string[]): string | undefined {
  if (!goesOn(name) || (connection.length > 0 && connection.includes(name))) return undefined;
  if (name === "cookie") return withoutOurCookies(value);
  if (name === "authorization" && holdsToken(value)) return undefined;
  return value.includes("berth_") && platformToken.test(value) ? undefined : value;
}

/** A credential of the platform, as a bearer or as the password of Basic. */
function holdsToken(value: string): boolean {
  if (/^bearer\s+berth_/i.test(value)) return true;
  const [, basic] = /^basic\s+([A-Za-z0-9+/_-]+=*)$/i.exec(value) ?? [];
  return basic !== undefined && platformToken.test(Buffer.from(basic, "base64").toString("latin1"));
}

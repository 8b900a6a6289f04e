import { STATUS_CODES } from "node:http";
import { confinedCookie } from "./cookies.ts";
import type { ResponseHead } from "./http/response-head.ts";

/** What a browser is told beside what the workspace says. */
export interface Told {
  /** Origins whose pages may show this one in a frame, besides itself; in CSP's words. */
  readonly ancestors: string;
  /** Whether browsers shall come by TLS only from now on. */
  readonly strictTransport: boolean;
  /** Cookies of ours that go with the answer. */
  readonly cookies?: readonly string[] | undefined;
  /** Whether the browser's connection ends with this answer. */
  readonly close: boolean;
}

/** Fields between two neighbours only, and those that are ours to say. */
const replaced: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer", "transfer-encoding"],
  ...["upgrade", "alt-svc", "x-frame-options", "strict-transport-security", "x-content-type-options"],
  // Caches before us keep nothing: they would hand it to whoever asks.
  ...["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"],
]);

/** A workspace's answer as the browser gets its head. */
export function headForBrowser(head: ResponseHead, told: Told): string {
  const { status, fields, connection } = head;
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  let cached = false;
  let referrer = false;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? "";
    if (replaced.has(name) || (connection.length > 0 && connection.includes(name))) continue;
    const value = passing(name, fields[index + 1] ?? "", status);
    if (value === null) continue;
    cached ||= name === "cache-control";
    referrer ||= name === "referrer-policy";
    text += `${name}: ${value}\r\n`;
  }
  if (!cached) text += "Cache-Control: private\r\n";
  if (!referrer) text += "Referrer-Policy: same-origin\r\n";
  text += `${always}Content-Security-Policy: frame-ancestors ${told.ancestors}\r\n`;
  if (told.strictTransport) text += "Strict-Transport-Security: max-age=31536000\r\n";
  for (const cookie of told.cookies ?? []) text += `Set-Cookie: ${cookie}\r\n`;
  if (status === 101) return `${text}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  if (head.body === "chunked") text += "Transfer-Encoding: chunked\r\n";
  return told.close || head.body === "close" ? `${text}Connection: close\r\n\r\n` : `${text}\r\n`;
}

const always = "X-Content-Type-Options: nosniff\r\nCDN-Cache-Control: no-store\r\n";

/** A field's value as it goes on; null where it does not. */
function passing(name: string, value: string, status: number): string | null {
  switch (name) {
    case "set-cookie":
      return confinedCookie(value);
    case "content-security-policy":
      return withoutFrameAncestors(value);
    case "cache-control":
      return privately(value);
    case "clear-site-data":
      return clearingOwn(value);
    case "content-length":
      return status === 204 || status === 101 ? null : value;
    default:
      return value;
  }
}

/**
 * Policies without what they say of frames: most programs forbid frames altogether. A browser holds to every policy that
 * it is given, so the rest of theirs stays as strict as it was, and ours says who may frame.
 */
export function withoutFrameAncestors(header: string): string | null {
  if (!/frame-ancestors/i.test(header)) return header;
  const policies = header.split(",").map((policy) =>
    policy
      .split(";")
      .filter((directive) => !/^[\t ]*frame-ancestors(?:[\t ]|$)/i.test(directive))
      .join(";")
      .trim(),
  );
  const left = policies.filter((policy) => policy !== "");
  return left.length === 0 ? null : left.join(", ");
}

/** A `Cache-Control` for the browser alone: a cache before us serves whoever asks. */
export function privately(value: string): string {
  if (/(?:^|,)[\t ]*(?:private|no-store)[\t ]*(?:,|$)/i.test(value) && !/public|s-maxage/i.test(value)) return value;
  const kept = value
    .split(",")
    .map((directive) => directive.trim())
    .filter(
      (directive) => directive !== "" && !/^(?:public|s-maxage|private|proxy-revalidate)(?:=|$)/i.test(directive),
    );
  return ["private", ...kept].join(", ");
}

/**
 * What a workspace may clear: its own host's. "cookies" would take those of the whole domain, of every sibling and of the
 * router (https://www.w3.org/TR/clear-site-data/#clear-cookies).
 */
export function clearingOwn(value: string): string | null {
  const kept = value
    .split(",")
    .filter((type) => /^[\t ]*"(?:cache|storage|executionContexts|prefetchCache)"[\t ]*$/.test(type));
  return kept.length === 0 ? null : kept.map((type) => type.trim()).join(", ");
}

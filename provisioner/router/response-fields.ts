import { STATUS_CODES } from "node:http";
import { confinedCookie } from "./cookies.ts";
import { kinds } from "./http/field-names.ts";
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

/** A workspace's answer as the browser gets its head. Fields that go on as they came are taken together, not one by one. */
export function headForBrowser(head: ResponseHead, told: Told): string {
  const { status, fields, connection } = head;
  const { text, spans } = fields;
  let made = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  let [cached, referrer] = [false, false];
  let [from, to] = [0, 0];
  for (const span of spans) {
    const { kind, lower, toBrowser } = span.name;
    if (!toBrowser || (connection.length > 0 && connection.includes(lower))) continue;
    cached ||= kind === kinds["cache-control"];
    referrer ||= kind === kinds["referrer-policy"];
    const before = kind === 0 ? "" : fields.valueOf(span);
    const value = kind === 0 ? before : passing(kind, before, status);
    if (value === before) {
      if (to !== span.from) {
        made += text.slice(from, to);
        from = span.from;
      }
      to = span.to;
    } else if (value !== null) {
      // In their order: of two cookies of one name the later one counts.
      made += `${text.slice(from, to)}${text.slice(span.from, span.value)}${value}\r\n`;
      from = span.to;
      to = span.to;
    }
  }
  made += text.slice(from, to);
  if (!cached) made += "Cache-Control: private\r\n";
  if (!referrer) made += "Referrer-Policy: same-origin\r\n";
  made += `${always}Content-Security-Policy: frame-ancestors ${told.ancestors}\r\n`;
  if (told.strictTransport) made += "Strict-Transport-Security: max-age=31536000\r\n";
  for (const cookie of told.cookies ?? []) made += `Set-Cookie: ${cookie}\r\n`;
  if (status === 101) return `${made}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  if (head.body === "chunked") made += "Transfer-Encoding: chunked\r\n";
  return told.close || head.body === "close" ? `${made}Connection: close\r\n\r\n` : `${made}\r\n`;
}

const always = "X-Content-Type-Options: nosniff\r\nCDN-Cache-Control: no-store\r\n";

/** A field's value as it goes on; null where it does not. */
function passing(kind: number, value: string, status: number): string | null {
  switch (kind) {
    case kinds["set-cookie"]:
      return confinedCookie(value);
    case kinds["content-security-policy"]:
      return withoutFrameAncestors(value);
    case kinds["cache-control"]:
      return privately(value);
    case kinds["clear-site-data"]:
      return clearingOwn(value);
    case kinds["content-length"]:
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

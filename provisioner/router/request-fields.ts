import { platformToken, withoutOurCookies } from "./cookies.ts";
import { kinds } from "./http/field-names.ts";
import type { RequestHead } from "./http/request-head.ts";

/** What the workspace is told of who asks. */
export interface Asked {
  /** `Host` as the workspace gets it: name and port that browsers use. */
  readonly host: string;
  readonly scheme: "http" | "https";
  /** Address of the browser. */
  readonly address: string;
}

/** Whether a request names a credential of the platform where it cannot be taken out: in its path or query. */
export function hasTokenInTarget({ target }: Pick<RequestHead, "target">): boolean {
  return target.includes("berth_") && platformToken.test(target);
}

/** A request's head as the workspace gets it. Fields that go on as they came are taken together, not one by one. */
export function headForWorkspace(head: RequestHead, { host, scheme, address }: Asked): string {
  const { fields, connection } = head;
  const { text, spans } = fields;
  const suspicious = connection.length > 0 || /berth_|basic/i.test(text);
  let made = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${host}\r\n`;
  let [from, to] = [0, 0];
  for (const span of spans) {
    const { name } = span;
    if (name.toWorkspace && name.kind !== kinds.cookie && !(suspicious && isHidden(head, span))) {
      if (to !== span.from) {
        made += text.slice(from, to);
        from = span.from;
      }
      to = span.to;
    } else if (name.kind === kinds.cookie) {
      const left = withoutOurCookies(fields.valueOf(span));
      made += text.slice(from, to);
      from = span.to;
      to = span.to;
      if (left !== undefined) made += `Cookie: ${left}\r\n`;
    }
  }
  made += text.slice(from, to);
  made += `X-Forwarded-For: ${address}\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: ${scheme}\r\n`;
  if (head.upgrade !== undefined) return `${made}Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n\r\n`;
  if (head.body === "chunked") return `${made}Transfer-Encoding: chunked\r\n\r\n`;
  // A method that usually has a body says that it has none.
  const says = head.body > 0 || head.method === "POST" || head.method === "PUT" || head.method === "PATCH";
  return says ? `${made}Content-Length: ${head.body}\r\n\r\n` : `${made}\r\n`;
}

/** Whether a field is for us alone, or holds a credential of the platform. */
function isHidden({ fields, connection }: RequestHead, span: (typeof fields.spans)[number]): boolean {
  if (connection.includes(span.name.lower)) return true;
  const value = fields.valueOf(span);
  if (platformToken.test(value)) return true;
  if (span.name.kind !== kinds.authorization) return false;
  if (/^bearer\s+berth_/i.test(value)) return true;
  // As the password of Basic, too.
  const [, basic] = /^basic\s+([A-Za-z0-9+/_-]+=*)$/i.exec(value) ?? [];
  return basic !== undefined && platformToken.test(Buffer.from(basic, "base64").toString("latin1"));
}

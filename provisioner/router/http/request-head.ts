import { fieldNameOf, kinds } from "./field-names.ts";
import { type Fields, listed, readFields, type Span } from "./fields.ts";

/** Most characters of a request's target. */
export const mostTarget = 16 * 1024;

/**
 * Most characters of its cookies: what programs in workspaces read at the least. Any page below the domain can leave some
 * for all of its hosts, so more than that come of one that means to lock its visitors out.
 */
const mostCookies = 8000;

/** A request as far as its head goes, read strictly: what two programs could read in two ways is refused. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly fields: Fields;
  readonly host: string | undefined;
  /** Bytes of the body; `chunked` when only its end says how many; 0 for none. */
  readonly body: number | "chunked";
  /** Whether the client wants to send another request on the same connection. */
  readonly keepAlive: boolean;
  /** What the client wants to speak instead, lower case. */
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
  /** Names of the fields that are for us alone, lower case. */
  readonly connection: readonly string[];
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly fetchUser: string | undefined;
  readonly fetchDest: string | undefined;
  readonly accept: string | undefined;
  readonly forwardedFor: string | undefined;
  /** Whether a browser fetches a service worker's script. */
  readonly serviceWorker: boolean;
}

/** Why a request is refused, by what is wrong with its head. */
export type HeadRefusal =
  | "request-line"
  | "version"
  | "method"
  | "target"
  | "target-too-long"
  | "field"
  | "too-many-fields"
  | "cookies"
  | "duplicate"
  | "length"
  | "encoding"
  | "connection"
  | "upgrade"
  | "expectation";

const requestLine = /^([A-Z]{1,20}) (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/;
const methodsRefused: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
/** What a client may not take away from the request by naming it in `Connection`. */
const essential: ReadonlySet<string> = new Set([
  ...["host", "content-length", "transfer-encoding", "cookie", "authorization", "origin", "expect"],
]);

/** Refusals of a head come out as exceptions: only hostile and broken clients pay for them. */
class Refused extends Error {
  readonly reason: HeadRefusal;
  constructor(reason: HeadRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/** Reads a head. `text` is everything before the empty line, its last line's end included, each byte one character. */
export function readRequestHead(text: string): RequestHead | HeadRefusal {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

function parse(text: string): RequestHead {
  const lineEnd = text.indexOf("\r\n");
  const line = text.slice(0, lineEnd);
  const [, method, target] = requestLine.exec(line) ?? refuse(wrongLine(line));
  if (method === undefined || target === undefined) return refuse("request-line");
  if (methodsRefused.has(method)) return refuse("method");
  if (target.length > mostTarget) return refuse("target-too-long");
  const fields = readFields(text, lineEnd + 2, fieldNameOf);
  if (fields === null) return refuse("field");
  if (fields === "too-many") return refuse("too-many-fields");
  const found = new Found();
  for (const span of fields.spans) if (span.name.kind !== 0) note(found, span, fields);
  return assemble(method, target, fields, found);
}

/** The fields that decide something, by name. Of most a second one could be meant for another reader: they come once. */
class Found {
  host: string | undefined;
  connection: string | undefined;
  length: string | undefined;
  encoding: string | undefined;
  upgrade: string | undefined;
  expect: string | undefined;
  cookie: string | undefined;
  origin: string | undefined;
  fetchSite: string | undefined;
  fetchMode: string | undefined;
  fetchDest: string | undefined;
  fetchUser: string | undefined;
  accept: string | undefined;
  forwardedFor: string | undefined;
  serviceWorker: string | undefined;
  authorization: string | undefined;
  type: string | undefined;
  key: string | undefined;
  version: string | undefined;
}

function note(found: Found, span: Span, fields: Fields): void {
  const value = fields.valueOf(span);
  switch (span.name.kind) {
    case kinds.host:
      found.host = once(found.host, value);
      break;
    case kinds.connection:
      found.connection = added(found.connection, ",", value.toLowerCase());
      break;
    case kinds["content-length"]:
      if (found.length !== undefined) refuse("length");
      found.length = value;
      break;
    case kinds["transfer-encoding"]:
      if (found.encoding !== undefined) refuse("encoding");
      found.encoding = value.toLowerCase();
      break;
    case kinds.upgrade:
      found.upgrade = once(found.upgrade, value).toLowerCase();
      break;
    case kinds.expect:
      found.expect = once(found.expect, value).toLowerCase();
      break;
    case kinds.cookie:
      // An edge that speaks HTTP/2 may hand a browser's cookies on in pieces.
      found.cookie = added(found.cookie, "; ", value);
      break;
    case kinds.origin:
      found.origin = once(found.origin, value);
      break;
    case kinds["sec-fetch-site"]:
      found.fetchSite = once(found.fetchSite, value);
      break;
    case kinds["sec-fetch-mode"]:
      found.fetchMode = once(found.fetchMode, value);
      break;
    case kinds["sec-fetch-dest"]:
      found.fetchDest = once(found.fetchDest, value);
      break;
    case kinds["sec-fetch-user"]:
      found.fetchUser = once(found.fetchUser, value);
      break;
    case kinds.accept:
      found.accept = added(found.accept, ",", value);
      break;
    case kinds["x-forwarded-for"]:
      found.forwardedFor = added(found.forwardedFor, ",", value);
      break;
    case kinds["service-worker"]:
      found.serviceWorker = once(found.serviceWorker, value);
      break;
    case kinds.authorization:
      found.authorization = once(found.authorization, value);
      break;
    case kinds["content-type"]:
      found.type = once(found.type, value);
      break;
    case kinds["sec-websocket-key"]:
      found.key = once(found.key, value);
      break;
    case kinds["sec-websocket-version"]:
      found.version = once(found.version, value);
      break;
    default:
  }
}

function once(present: string | undefined, value: string): string {
  return present === undefined ? value : refuse("duplicate");
}

function added(present: string | undefined, between: string, value: string): string {
  return present === undefined ? value : `${present}${between}${value}`;
}

function assemble(method: string, target: string, fields: Fields, found: Found): RequestHead {
  const { length, encoding, expect, upgrade, cookie = "" } = found;
  if (cookie.length > mostCookies) return refuse("cookies");
  const connection = found.connection === undefined ? none : listed(found.connection);
  if (connection.some((name) => essential.has(name))) return refuse("connection");
  if (length !== undefined && (encoding !== undefined || !/^\d{1,15}$/.test(length))) return refuse("length");
  if (encoding !== undefined && encoding !== "chunked") return refuse("encoding");
  if (expect !== undefined && expect !== "100-continue") return refuse("expectation");
  const body = encoding === "chunked" ? "chunked" : Number(length ?? 0);
  // One without the other is how an upgrade is smuggled past whoever looks at only one of them.
  if ((upgrade !== undefined) !== connection.includes("upgrade")) return refuse("upgrade");
  if (upgrade !== undefined && (upgrade !== "websocket" || method !== "GET" || body !== 0)) return refuse("upgrade");
  if (upgrade !== undefined && !isHandshake(found)) return refuse("upgrade");
  return {
    method,
    target,
    fields,
    body,
    upgrade,
    connection,
    host: found.host,
    keepAlive: !connection.includes("close"),
    expectsContinue: expect !== undefined,
    cookie: found.cookie,
    origin: found.origin,
    fetchSite: found.fetchSite,
    fetchMode: found.fetchMode,
    fetchDest: found.fetchDest,
    fetchUser: found.fetchUser,
    accept: found.accept,
    forwardedFor: found.forwardedFor,
    serviceWorker: found.serviceWorker === "script",
  };
}

const none: readonly string[] = [];

/** Version 13 with a key of 16 bytes: https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
function isHandshake({ key, version }: Found): boolean {
  return version === "13" && /^[A-Za-z0-9+/]{22}==$/.test(key ?? "");
}

/** Why a head that has more bytes than are read has so many. */
export function whyTooLarge(text: string): "cookies" | "head-too-large" {
  const cookies = text.match(/\r\ncookie:[^\r]*/gi) ?? [];
  return cookies.reduce((sum, { length }) => sum + length, 0) > mostCookies ? "cookies" : "head-too-large";
}

/** What is wrong with a first line that is no good one. */
function wrongLine(line: string): HeadRefusal {
  const parts = line.split(" ");
  const [method = "", , version = ""] = parts;
  if (parts.length !== 3 || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) return "request-line";
  if (version !== "HTTP/1.1") return /^HTTP\/\d\.\d$/.test(version) ? "version" : "request-line";
  return /^[A-Z]{1,20}$/.test(method) ? "target" : "method";
}

function refuse(reason: HeadRefusal): never {
  throw new Refused(reason);
}

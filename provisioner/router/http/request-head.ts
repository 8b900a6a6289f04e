/** Most bytes of a request's or an answer's head: what browsers send at most is half of it. */
export const mostHeadBytes = 32 * 1024;
/** Most header fields of one. */
export const mostFields = 100;
/** Most characters of a request's target. */
export const mostTarget = 16 * 1024;

/** Header fields in the order in which they came: name, value, name, value … */
export type Fields = readonly string[];

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
  | "duplicate"
  | "length"
  | "encoding"
  | "connection"
  | "upgrade"
  | "expectation";

/** What may stand in a field's value: no controls but the tab. Bytes above ASCII pass as they are. */
const fieldLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;
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
  if (!fieldLines.test(text.slice(lineEnd + 2))) return refuse("field");

  const fields: string[] = [];
  const once = new Once();
  let connection = "";
  let encoding: string | undefined;
  let cookie: string | undefined;
  let forwardedFor: string | undefined;
  let accept: string | undefined;
  for (let at = lineEnd + 2; at < text.length; ) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    const name = text.slice(at, colon);
    const value = trimmed(text, colon + 1, end);
    at = end + 2;
    if (fields.push(name, value) > mostFields * 2) return refuse("too-many-fields");
    const lower = name.toLowerCase();
    switch (lower) {
      case "connection":
        connection += `${connection === "" ? "" : ","}${value.toLowerCase()}`;
        break;
      case "transfer-encoding":
        if (encoding !== undefined) return refuse("encoding");
        encoding = value.toLowerCase();
        break;
      case "cookie":
        // An edge that speaks HTTP/2 may hand a browser's cookies on in pieces.
        cookie = cookie === undefined ? value : `${cookie}; ${value}`;
        break;
      case "x-forwarded-for":
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor},${value}`;
        break;
      case "accept":
        accept = accept === undefined ? value : `${accept},${value}`;
        break;
      default:
        if (single.has(lower)) once.set(lower, value);
    }
  }
  return assemble(method, target, fields, once, { connection, encoding, cookie, forwardedFor, accept });
}

/** Fields that may come once only: a second one could be meant for another reader. */
const single: ReadonlySet<string> = new Set([
  ...["host", "content-length", "upgrade", "expect", "origin", "authorization", "content-type", "service-worker"],
  ...["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-websocket-key", "sec-websocket-version"],
]);

class Once {
  readonly #values = new Map<string, string>();
  set(name: string, value: string): void {
    if (this.#values.has(name)) refuse(name === "content-length" ? "length" : "duplicate");
    this.#values.set(name, value);
  }
  get(name: string): string | undefined {
    return this.#values.get(name);
  }
}

interface Gathered {
  readonly connection: string;
  readonly encoding: string | undefined;
  readonly cookie: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly accept: string | undefined;
}

function assemble(method: string, target: string, fields: Fields, once: Once, gathered: Gathered): RequestHead {
  const { encoding, cookie, forwardedFor, accept } = gathered;
  const connection = gathered.connection === "" ? none : listed(gathered.connection);
  if (connection.some((name) => essential.has(name))) return refuse("connection");
  const length = once.get("content-length");
  if (length !== undefined && (encoding !== undefined || !/^\d{1,15}$/.test(length))) return refuse("length");
  if (encoding !== undefined && encoding !== "chunked") return refuse("encoding");
  const expect = once.get("expect")?.toLowerCase();
  if (expect !== undefined && expect !== "100-continue") return refuse("expectation");
  const body = encoding === "chunked" ? "chunked" : Number(length ?? 0);
  const upgrade = once.get("upgrade")?.toLowerCase();
  // One without the other is how an upgrade is smuggled past whoever looks at only one of them.
  if ((upgrade !== undefined) !== connection.includes("upgrade")) return refuse("upgrade");
  if (upgrade !== undefined && (upgrade !== "websocket" || method !== "GET" || body !== 0)) return refuse("upgrade");
  if (upgrade !== undefined && !isHandshake(once)) return refuse("upgrade");
  return {
    ...{ method, target, fields, body, upgrade, connection, cookie, forwardedFor, accept },
    host: once.get("host"),
    keepAlive: !connection.includes("close"),
    expectsContinue: expect !== undefined,
    origin: once.get("origin"),
    fetchSite: once.get("sec-fetch-site"),
    fetchMode: once.get("sec-fetch-mode"),
    fetchDest: once.get("sec-fetch-dest"),
    serviceWorker: once.get("service-worker") === "script",
  };
}

const none: readonly string[] = [];

/** A part of a text without blanks around it: blanks and tabs, and nothing else that some reader takes for one. */
export function trimmed(text: string, from: number, to: number): string {
  let [begin, end] = [from, to];
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1;
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** The parts of a list in a field. */
export function listed(value: string): readonly string[] {
  return value.split(",").map((part) => trimmed(part, 0, part.length));
}

/** Version 13 with a key of 16 bytes: https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
function isHandshake(once: Once): boolean {
  return (
    once.get("sec-websocket-version") === "13" && /^[A-Za-z0-9+/]{22}==$/.test(once.get("sec-websocket-key") ?? "")
  );
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

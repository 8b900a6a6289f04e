import { lowerName } from "./names.ts";
import { type Fields, listed, mostFields, trimmed } from "./request-head.ts";

/** A workspace's answer as far as its head goes. */
export interface ResponseHead {
  readonly status: number;
  readonly fields: Fields;
  /** Bytes of the body; `chunked`, or `close`, when only its end says how many. */
  readonly body: number | "chunked" | "close";
  /** Whether the connection can be used again. */
  readonly keepAlive: boolean;
  /** What is spoken from now on, lower case. */
  readonly upgrade: string | undefined;
  /** Names of the fields that are for us alone, lower case. */
  readonly connection: readonly string[];
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/**
 * Reads the head of an answer; null when two programs could read it in two ways. `text` is as for a request's.
 * `method` is the request's: an answer to HEAD has no body, whatever its head says.
 */
export function readResponseHead(text: string, method: string): ResponseHead | null {
  const lineEnd = text.indexOf("\r\n");
  const [, minor, code] = statusLine.exec(text.slice(0, lineEnd)) ?? [];
  if (code === undefined || !fieldLines.test(text.slice(lineEnd + 2))) return null;
  const fields: string[] = [];
  let connection = "";
  let length: string | undefined;
  let encoding: string | undefined;
  let upgrade: string | undefined;
  for (let at = lineEnd + 2; at < text.length; ) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    const name = lowerName(text.slice(at, colon));
    const value = trimmed(text, colon + 1, end);
    at = end + 2;
    if (fields.push(name, value) > mostFields * 2) return null;
    switch (name) {
      case "connection":
        connection += `${connection === "" ? "" : ","}${value.toLowerCase()}`;
        break;
      case "content-length":
        if (length !== undefined) return null;
        length = value;
        break;
      case "transfer-encoding":
        if (encoding !== undefined) return null;
        encoding = value.toLowerCase();
        break;
      case "upgrade":
        upgrade = upgrade === undefined ? value.toLowerCase() : "";
        break;
      default:
    }
  }
  if (length !== undefined && (encoding !== undefined || !/^\d{1,15}$/.test(length))) return null;
  if (encoding !== undefined && (encoding !== "chunked" || minor === "0")) return null;
  const status = Number(code);
  const bodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  const body = bodiless ? 0 : encoding === "chunked" ? "chunked" : length === undefined ? "close" : Number(length);
  const names = connection === "" ? none : listed(connection);
  const keepAlive = body !== "close" && (minor === "1" ? !names.includes("close") : names.includes("keep-alive"));
  return { status, fields, body, keepAlive, upgrade, connection: names };
}

const none: readonly string[] = [];

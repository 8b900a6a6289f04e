import { fieldNameOf, kinds } from "./field-names.ts";
import { type Fields, listed, readFields } from "./fields.ts";

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

/**
 * Reads the head of an answer; null when two programs could read it in two ways. `text` is as for a request's.
 * `method` is the request's: an answer to HEAD has no body, whatever its head says.
 */
export function readResponseHead(text: string, method: string): ResponseHead | null {
  const lineEnd = text.indexOf("\r\n");
  const [, minor, code] = statusLine.exec(text.slice(0, lineEnd)) ?? [];
  if (code === undefined) return null;
  const fields = readFields(text, lineEnd + 2, fieldNameOf);
  if (fields === null || fields === "too-many") return null;
  let connection = "";
  let length: string | undefined;
  let encoding: string | undefined;
  let upgrade: string | undefined;
  for (const span of fields.spans) {
    switch (span.name.kind) {
      case kinds.connection:
        connection += `${connection === "" ? "" : ","}${fields.valueOf(span).toLowerCase()}`;
        break;
      case kinds["content-length"]:
        if (length !== undefined) return null;
        length = fields.valueOf(span);
        break;
      case kinds["transfer-encoding"]:
        if (encoding !== undefined) return null;
        encoding = fields.valueOf(span).toLowerCase();
        break;
      case kinds.upgrade:
        upgrade = upgrade === undefined ? fields.valueOf(span).toLowerCase() : "";
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

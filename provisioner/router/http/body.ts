/** Where the bytes of a body go: as they came, chunk sizes included, without what may follow the last chunk. */
export type Sink = (bytes: Buffer) => void;

/** Follows a body to its end. */
export interface BodyReader {
  /** Bytes of content so far, chunk sizes not counted. */
  readonly size: number;
  readonly done: boolean;
  /** Whether it ends when the connection does. */
  readonly untilClose: boolean;
  /**
   * Takes what belongs to the body from `bytes`, beginning at `from`, and hands it on. Answers where the rest begins,
   * or -1 when it is no body as its head said.
   */
  take(bytes: Buffer, from: number, sink: Sink): number;
}

/** A reader for what a head says of its body. */
export function createBodyReader(body: number | "chunked" | "close"): BodyReader {
  if (body === "chunked") return new ChunkedBody();
  return body === "close" ? new EndlessBody() : new SizedBody(body);
}

class SizedBody implements BodyReader {
  readonly untilClose = false;
  size = 0;
  readonly #whole: number;
  constructor(whole: number) {
    this.#whole = whole;
  }
  get done(): boolean {
    return this.size === this.#whole;
  }
  take(bytes: Buffer, from: number, sink: Sink): number {
    const end = Math.min(bytes.length, from + this.#whole - this.size);
    if (end > from) {
      this.size += end - from;
      sink(part(bytes, from, end));
    }
    return end;
  }
}

class EndlessBody implements BodyReader {
  readonly untilClose = true;
  size = 0;
  readonly done = false;
  take(bytes: Buffer, from: number, sink: Sink): number {
    if (bytes.length > from) {
      this.size += bytes.length - from;
      sink(part(bytes, from, bytes.length));
    }
    return bytes.length;
  }
}

/** Most characters of a chunk's size: 4 GiB. */
const mostSizeDigits = 8;
/** Most bytes of what follows the last chunk, which is read and not handed on. */
const mostTrailer = 8 * 1024;
const [tab, newline, carriageReturn, space] = [9, 10, 13, 32];

/**
 * A body in chunks. Only what every reader reads alike is taken: sizes in hexadecimal digits, each line ended by CR LF,
 * no extensions.
 */
class ChunkedBody implements BodyReader {
  readonly untilClose = false;
  size = 0;
  done = false;
  #state: "size" | "size-end" | "data" | "data-cr" | "data-lf" | "trailer" = "size";
  #digits = 0;
  #left = 0;
  #last = false;
  #trailer = 0;
  #line = "";

  take(bytes: Buffer, from: number, sink: Sink): number {
    let at = from;
    // Where the part begins that is handed on at the end: chunks in one piece stay in one piece.
    let begin = from;
    while (at < bytes.length && !this.done) {
      if (this.#state === "data") {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        this.size += step;
        at += step;
        if (this.#left === 0) this.#state = "data-cr";
        continue;
      }
      const byte = bytes[at] ?? 0;
      at += 1;
      if (this.#state === "trailer") {
        if (!this.#inTrailer(byte)) return -1;
        begin = at;
        if (this.done) sink(emptyLine);
        continue;
      }
      if (!this.#step(byte)) return -1;
      if (this.#last) {
        this.#last = false;
        sink(part(bytes, begin, at));
        begin = at;
      }
    }
    if (at > begin) sink(part(bytes, begin, at));
    return at;
  }

  #step(byte: number): boolean {
    switch (this.#state) {
      case "size": {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#digits += 1;
          this.#left = this.#left * 16 + digit;
          return this.#digits <= mostSizeDigits;
        }
        this.#state = "size-end";
        return byte === carriageReturn && this.#digits > 0;
      }
      case "size-end":
        this.#last = this.#left === 0;
        this.#state = this.#last ? "trailer" : "data";
        this.#digits = 0;
        return byte === newline;
      case "data-cr":
        this.#state = "data-lf";
        return byte === carriageReturn;
      default:
        this.#state = "size";
        return byte === newline;
    }
  }

  /** What follows the last chunk ends with an empty line. */
  #inTrailer(byte: number): boolean {
    this.#trailer += 1;
    if (this.#trailer > mostTrailer) return false;
    if (this.#line.endsWith("\r")) {
      if (byte !== newline) return false;
      if (this.#line === "\r") this.done = true;
      else if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:/.test(this.#line)) return false;
      this.#line = "";
      return true;
    }
    this.#line += String.fromCharCode(byte);
    return byte === tab || byte === carriageReturn || (byte >= space && byte !== 127);
  }
}

const emptyLine = Buffer.from("\r\n");

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function part(bytes: Buffer, from: number, to: number): Buffer {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}

/** Opcodes from here on are of control frames: close, ping, pong. */
const firstControl = 8;

/**
 * Follows the frames of one direction of a WebSocket by their headers alone
 * (https://www.rfc-editor.org/rfc/rfc6455#section-5.2): how many messages with data there were, and where a frame of ours
 * could stand. What passes is not changed and not judged; from what is no frame on, nothing is counted.
 */
export class FrameWalker {
  /** Messages with data that ended; pings, pongs and closes are none. */
  messages = 0;
  /** What came was no frame. */
  broken = false;
  /** The other side said goodbye. */
  closed = false;
  /** Bytes of the payload that are still to come. */
  #left = 0;
  /** Bytes of the header so far, and how many it has as far as is known. */
  readonly #header = Buffer.alloc(14);
  #have = 0;
  #need = 2;

  /** Whether what came so far ends with a whole frame. */
  get between(): boolean {
    return this.#left === 0 && this.#have === 0 && !this.broken;
  }

  walk(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.broken) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      // The usual case: a short frame whose header is here as a whole.
      const short = this.#have === 0 ? this.#short(bytes, at) : 0;
      if (short > 0) {
        at += short;
        continue;
      }
      this.#header[this.#have] = bytes[at] ?? 0;
      this.#have += 1;
      at += 1;
      if (this.#have === 2) this.#need = headerSize(this.#header[1] ?? 0);
      if (this.#have === this.#need) this.#begin();
    }
  }

  /** Bytes of a frame's header with a length below 126; 0 when it is another one, or not all of it is here. */
  #short(bytes: Buffer, at: number): number {
    const second = bytes[at + 1] ?? 127;
    const length = second & 127;
    const size = second & 128 ? 6 : 2;
    if (length > 125 || at + size > bytes.length) return 0;
    this.#left = length;
    this.#count(bytes[at] ?? 0);
    return size;
  }

  #begin(): void {
    const length = (this.#header[1] ?? 0) & 127;
    this.#left =
      length === 127 ? Number(this.#header.readBigUInt64BE(2)) : length === 126 ? this.#header.readUInt16BE(2) : length;
    // More than 2 to the power of 63 is forbidden, and nobody sends the half of it.
    if (this.#left > Number.MAX_SAFE_INTEGER) this.broken = true;
    this.#have = 0;
    this.#need = 2;
    this.#count(this.#header[0] ?? 0);
  }

  #count(first: number): void {
    const opcode = first & 15;
    if (opcode < firstControl) this.messages += first >> 7;
    else if (opcode === firstControl) this.closed = true;
  }
}

function headerSize(second: number): number {
  const length = second & 127;
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (second & 128 ? 4 : 0);
}

/** A close frame. What a client sends is masked: here with zeros, which hides nothing and changes nothing. */
export function closeFrame(code: number, reason: string, masked: boolean): Buffer {
  const words = Buffer.from(reason, "utf8").subarray(0, 123);
  const payload = Buffer.alloc(2 + words.length);
  payload.writeUInt16BE(code, 0);
  words.copy(payload, 2);
  const head = masked ? [0x88, 0x80 | payload.length, 0, 0, 0, 0] : [0x88, payload.length];
  return Buffer.concat([Buffer.from(head), payload]);
}

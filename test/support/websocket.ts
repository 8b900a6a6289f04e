import { createHash } from "node:crypto";
import type { Socket } from "node:net";

/** A frame as it came. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** The lines of a handshake, beside host and cookie. */
export const handshake = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A frame with its bytes masked as a client's are, or not as a server's. */
export function frame(payload: string | Buffer, { opcode = 1, fin = true, masked = false } = {}): Buffer {
  const bytes = Buffer.from(payload);
  const length =
    bytes.length < 126
      ? Buffer.from([bytes.length])
      : bytes.length < 65_536
        ? Buffer.from([126, bytes.length >> 8, bytes.length & 255])
        : Buffer.concat([Buffer.from([127]), bigEndian(bytes.length)]);
  const head = Buffer.concat([Buffer.from([(fin ? 128 : 0) | opcode]), length]);
  if (!masked) return Buffer.concat([head, bytes]);
  head[1] = (head[1] ?? 0) | 128;
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, mask, bytes.map((byte, index) => byte ^ (mask[index & 3] ?? 0))]);
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

/** Takes whole frames from the beginning of what came; answers them and what is left. */
export function readFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let rest = bytes;
  for (;;) {
    const [first, second] = [rest[0], rest[1]];
    if (first === undefined || second === undefined) return { frames, rest };
    const short = second & 127;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    const masked = (second & 128) !== 0;
    const begin = 2 + lengthBytes + (masked ? 4 : 0);
    if (rest.length < begin) return { frames, rest };
    const length =
      lengthBytes === 8 ? Number(rest.readBigUInt64BE(2)) : lengthBytes === 2 ? rest.readUInt16BE(2) : short;
    if (rest.length < begin + length) return { frames, rest };
    const mask = masked ? rest.subarray(begin - 4, begin) : Buffer.alloc(4);
    const payload = Buffer.from(
      rest.subarray(begin, begin + length).map((byte, index) => byte ^ (mask[index & 3] ?? 0)),
    );
    frames.push({ opcode: first & 15, fin: (first & 128) !== 0, payload });
    rest = rest.subarray(begin + length);
  }
}

/** The code and the words of a goodbye. */
export function readClose({ payload }: Frame): { readonly code: number; readonly reason: string } {
  return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString("utf8") };
}

/** Agrees to a handshake on a server's raw socket, then hands it over. `early` is sent together with the answer. */
export function acceptHandshake(
  socket: Socket,
  onOpen: (head: string, rest: Buffer) => void,
  early: Buffer = Buffer.alloc(0),
): void {
  let held = Buffer.alloc(0);
  const onData = (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    const end = held.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", onData);
    const head = held.toString("latin1", 0, end);
    const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1] ?? "";
    socket.write(Buffer.concat([Buffer.from(acceptance(key)), early]));
    onOpen(head, held.subarray(end + 4));
  };
  socket.on("data", onData);
}

/** The answer to a handshake with that key. */
export function acceptance(key: string, ...more: readonly string[]): string {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  return `${[...lines, `Sec-WebSocket-Accept: ${accept}`, ...more].join("\r\n")}\r\n\r\n`;
}

/**
 * A program in a workspace, as fast as Node's sockets go: `GET /bytes/<n>` answers so many bytes, a WebSocket answers each
 * message with itself. Run in a process of its own; its first line of output is its port.
 */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

const piece = Buffer.alloc(65_536, "x");

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => undefined);
  socket.once("data", (bytes) => {
    const head = bytes.toString("latin1");
    const [, size] = /^GET \/bytes\/(\d+) /.exec(head) ?? [];
    if (size !== undefined) sendBytes(socket, Number(size));
    else echo(socket, /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "");
  });
});

function sendBytes(socket: Socket, size: number): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`);
  let left = size;
  const more = () => {
    while (left > 0) {
      const part = left < piece.length ? piece.subarray(0, left) : piece;
      left -= part.length;
      if (!socket.write(part)) return;
    }
    socket.end();
  };
  socket.on("drain", more);
  more();
}

/** Frames come back as they are, but for the mask: the benchmark's is of zeros, so that its bytes need no change. */
function echo(socket: Socket, key: string): void {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  socket.on("data", (bytes) => {
    // One message at a time: a head of six bytes, then what it says.
    const answer = bytes.subarray(4);
    answer[0] = bytes[0] ?? 0;
    answer[1] = (bytes[1] ?? 0) & 127;
    socket.write(answer);
  });
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.once("SIGTERM", () => process.exit(0));

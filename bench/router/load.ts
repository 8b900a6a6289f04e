/**
 * The browsers of the benchmark, for what `wrk` cannot do. Run in a process of its own with its order as JSON; its output is
 * the figures as JSON.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { percentile } from "../statistics.ts";

/** What is to be done: messages back and forth for some seconds, or so many bytes taken. */
export interface LoadOrder {
  readonly kind: "messages" | "bytes";
  readonly port: number;
  readonly host: string;
  readonly cookie: string;
  readonly connections: number;
  /** Seconds of messages, or bytes of each connection. */
  readonly amount: number;
}

/** What came of it. */
export interface LoadFigures {
  /** Messages that passed, both ways; or bytes. */
  readonly count: number;
  readonly seconds: number;
  /** Milliseconds of a message there and back. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function open({ port, host, cookie }: LoadOrder, path: string, ...lines: readonly string[]): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  socket.write(`${[`GET ${path} HTTP/1.1`, `Host: ${host}`, `Cookie: ${cookie}`, ...lines].join("\r\n")}\r\n\r\n`);
  return socket;
}

async function messages(order: LoadOrder): Promise<LoadFigures> {
  const payload = Buffer.alloc(32, "m");
  const frame = Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  const handshake = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
  const times: number[] = [];
  const sockets = await Promise.all(
    Array.from({ length: order.connections }, async () => {
      const socket = await open(order, "/ws", ...handshake, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      await once(socket, "data");
      return socket;
    }),
  );
  const began = performance.now();
  const until = began + order.amount * 1000;
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let sent = performance.now();
          socket.on("data", () => {
            const now = performance.now();
            times.push(now - sent);
            if (now > until) return resolve();
            sent = now;
            socket.write(frame);
          });
          socket.write(frame);
        }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  return { count: times.length * 2, seconds, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}

async function bytes(order: LoadOrder): Promise<LoadFigures> {
  const began = performance.now();
  const sizes = await Promise.all(
    Array.from({ length: order.connections }, async () => {
      const socket = await open(order, `/bytes/${order.amount}`, "Connection: close");
      let size = 0;
      socket.on("data", (part) => {
        size += part.length;
      });
      await once(socket, "end");
      socket.destroy();
      return size;
    }),
  );
  const count = sizes.reduce((sum, size) => sum + size, 0);
  return { count, seconds: (performance.now() - began) / 1000, p50Ms: 0, p99Ms: 0 };
}

if (import.meta.main) {
  const order: LoadOrder = JSON.parse(process.argv[2] ?? "{}");
  const figures = order.kind === "messages" ? await messages(order) : await bytes(order);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

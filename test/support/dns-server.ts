import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A DNS server for a few names, as a cluster's is for its Services. */
export interface DnsServer {
  /** `address:port`. */
  readonly at: string;
  /** Names that were asked for. */
  readonly asked: string[];
  close(): void;
}

/** Answers with the IPv4 address of a name; a name without one does not exist. */
export async function startDns(addressOf: (name: string) => string | undefined): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (query, { address, port }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString("latin1", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const end = at + 5;
    const name = labels.join(".").toLowerCase();
    asked.push(name);
    const isAddress = query.readUInt16BE(at + 1) === 1;
    const found = isAddress ? addressOf(name) : undefined;
    const head = Buffer.from(query.subarray(0, 12));
    // An answer, with a record or without such a name; no further sections.
    head.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(found === undefined ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    const record =
      found === undefined
        ? Buffer.alloc(0)
        : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...found.split(".").map(Number)]);
    socket.send(Buffer.concat([head, query.subarray(12, end), record]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { at: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
}

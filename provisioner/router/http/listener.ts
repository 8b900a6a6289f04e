import { createServer, type Server } from "node:net";
import { Connection, type ConnectionOptions } from "./connection.ts";

/** Most connections of browsers or their edge at once. */
const mostConnections = 20_000;

/** Takes connections, and answers what is asked on them. */
export interface Listener {
  readonly url: string;
  /** How many connections are open. */
  readonly connections: number;
  /** Takes no more connections; those that are there end after the answer that is under way. */
  leave(): void;
  /** Cuts off those that are left. */
  cut(): void;
  /** Resolves when the last one has ended. */
  readonly left: Promise<void>;
}

export interface ListenerOptions extends ConnectionOptions {
  readonly host: string;
  readonly port: number;
}

/** Listens; port 0 takes a free one. Rejects when that cannot be. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port, sweeper } = options;
  const connections = new Set<Connection>();
  const server = createServer({
    // Who has said all may still listen.
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  });
  server.maxConnections = mostConnections;
  let leaving = false;
  server.on("connection", (socket) => {
    const connection = new Connection(socket, options);
    connections.add(connection);
    sweeper.add(connection);
    if (leaving) connection.leave();
    socket.once("close", () => {
      connections.delete(connection);
      sweeper.remove(connection);
    });
  });
  const left = new Promise<void>((resolve) => server.once("close", resolve));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server, host),
    get connections() {
      return connections.size;
    },
    left,
    leave() {
      leaving = true;
      server.close();
      for (const connection of connections) connection.leave();
    },
    cut() {
      for (const { socket } of connections) socket.destroy();
    },
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createRawServer, type Server as RawServer, type Socket } from "node:net";

/** What came to a fake workspace. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Names and values as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A program in a workspace, as far as the router sees one. */
export interface WorkspaceBackend {
  /** Port on the loopback. */
  readonly port: number;
  /** Requests that came, in their order. */
  readonly seen: Seen[];
  /** Connections that were made to it. */
  connections(): number;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const usual: Answer = (_request, response) => response.end("hello from the workspace");

/** A program that speaks HTTP. */
export async function startBackend(answer: Answer = usual): Promise<WorkspaceBackend> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (bytes: Buffer) => parts.push(bytes));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("latin1");
      const { method = "", url = "", headers, rawHeaders } = request;
      seen.push({ method, url, headers, rawHeaders, body });
      answer(request, response, body);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  const port = await listening(server);
  return { port, seen, connections: () => connections, close: () => closed(server) };
}

/** A program that does with its connections what it likes. */
export async function startRawBackend(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createRawServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  const port = await listening(server);
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy();
      return closed(server);
    },
  };
}

function listening(server: Server | RawServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function closed(server: Server | RawServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

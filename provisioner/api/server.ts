import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Api } from "./app.ts";

export interface Listener {
  readonly url: string;
  /** Takes no new connection, ends idle ones, and cuts the rest off after `milliseconds`. */
  close(milliseconds: number): Promise<void>;
}

/** Serves an app. Slow or silent peers are cut off; port 0 takes a free one. */
export async function listen(app: Pick<Api, "fetch">, port: number, host: string): Promise<Listener> {
  const server = createServer(
    {
      // To be done with the headers, and with the whole request, before these are over; answers may take longer.
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      // Longer than load balancers keep idle connections (60 s), so that they end them, not we.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    getRequestListener(
      (request, bindings) => app.fetch(request, "incoming" in bindings ? { incoming: bindings.incoming } : {}),
      {
        overrideGlobalObjects: false,
      },
    ),
  );
  server.maxHeadersCount = 100;
  server.maxConnections = 10_000;
  let closing = false;
  // A connection that is kept alive is idle, and can be ended, only once its answer is out.
  server.on("request", (_request, response) => {
    response.once("close", () => {
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server, host),
    close(milliseconds) {
      closing = true;
      return close(server, milliseconds);
    },
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function close(server: Server, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), milliseconds);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

import { createServer } from "node:net";

/** The wanted port of an address of this machine if it is free, else any that is. */
export function freePort(address = "127.0.0.1", wanted?: number): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.on("error", (error) => (wanted === undefined ? reject(error) : resolvePort(freePort(address))));
    server.listen(wanted ?? 0, address, () => {
      const taken = server.address();
      server.close(() => {
        if (taken && typeof taken === "object") resolvePort(taken.port);
        else reject(new Error("The system gave no port."));
      });
    });
  });
}

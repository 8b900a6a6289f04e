import { createServer } from "node:net";

/** That port of an address of this machine; 0: any that is free. Rejects when it is taken. */
export function tryPort(port: number, address = "127.0.0.1"): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, address, () => {
      const taken = server.address();
      server.close(() => {
        if (taken && typeof taken === "object") resolvePort(taken.port);
        else reject(new Error("The system gave no port."));
      });
    });
  });
}

/** The wanted port of an address of this machine if it is free, else any that is. */
export function freePort(address?: string, wanted = 0): Promise<number> {
  return tryPort(wanted, address).catch((error: unknown) => {
    if (wanted === 0) throw error;
    return tryPort(0, address);
  });
}

import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; several of one name in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  readonly head: string;
}

/** A connection whose bytes are written and read as they are. */
export class RawClient {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#wake();
    });
    socket.on("error", () => undefined);
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.ended = true;
        this.#wake();
      });
    }
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  write(text: string | Buffer): void {
    this.socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
  }

  /** Resolves when it is so, or nothing more can come. */
  async until(is: () => boolean): Promise<void> {
    while (!is() && !this.ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Takes the next answer from what came: with its body, where its head says how long that is. */
  async answer(method = "GET"): Promise<RawAnswer> {
    await this.until(() => this.received.indexOf("\r\n\r\n") >= 0);
    const end = this.received.indexOf("\r\n\r\n");
    if (end < 0) return { status: 0, headers: new Map(), body: "", head: this.received.toString("latin1") };
    const head = this.received.toString("latin1", 0, end);
    const headers = new Map<string, string[]>();
    for (const line of head.split("\r\n").slice(1)) {
      const at = line.indexOf(":");
      const name = line.slice(0, at).toLowerCase();
      headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()]);
    }
    this.received = this.received.subarray(end + 4);
    const status = Number(head.split(" ")[1]);
    const body = await this.#body(status, headers, method);
    return { status, headers, body, head };
  }

  /** Whether the other side ends the connection. */
  async closes(): Promise<boolean> {
    await this.until(() => false);
    return this.ended;
  }

  async #body(status: number, headers: ReadonlyMap<string, readonly string[]>, method: string): Promise<string> {
    if (method === "HEAD" || status < 200 || status === 204 || status === 304) return "";
    const length = headers.get("content-length")?.[0];
    if (length !== undefined) return this.#take(Number(length));
    if (headers.get("transfer-encoding")?.[0] !== "chunked") {
      await this.until(() => false);
      return this.#take(this.received.length);
    }
    let body = "";
    for (;;) {
      await this.until(() => this.received.indexOf("\r\n") >= 0);
      const size = Number.parseInt(this.received.toString("latin1", 0, this.received.indexOf("\r\n")), 16);
      await this.#take(this.received.indexOf("\r\n") + 2);
      body += await this.#take(size);
      await this.#take(2);
      if (!(size > 0)) return body;
    }
  }

  async #take(size: number): Promise<string> {
    await this.until(() => this.received.length >= size);
    const text = this.received.toString("latin1", 0, size);
    this.received = this.received.subarray(size);
    return text;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

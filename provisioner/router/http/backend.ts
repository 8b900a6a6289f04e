import { connect, type Socket } from "node:net";
import { type BodyReader, createBodyReader } from "./body.ts";
import { mostHeadBytes } from "./fields.ts";
import { type ResponseHead, readResponseHead } from "./response-head.ts";
import type { Expiring } from "./sweeper.ts";

/** Who asked, and hears what the workspace answers. */
export interface Asker {
  onHead(head: ResponseHead): void;
  /** Bytes of the body, as they came. Answers whether they are still needed: what is not is overwritten by the next. */
  onBytes(bytes: Buffer): boolean;
  /** The answer is whole. */
  onEnd(): void;
  /** What came so far was handed on: there may be more, later. */
  onPause(): void;
  /** The workspace takes bytes again. */
  onDrain(): void;
  /** The connection broke, or what came was no answer. Nothing more comes. */
  onLost(): void;
}

/** Who keeps connections, and is told of one that is closed. */
export interface Keeper {
  onClose(backend: Backend): void;
}

/** Where a workspace answers. */
export interface Target {
  /** The workspace and the port: connections are never shared between two of these. */
  readonly key: string;
  readonly place: { readonly address: string; readonly port: number };
}

/** Most answers in a row that only say that another one follows. */
const mostInterim = 10;
const headEnd = "\r\n\r\n";
/** Bytes that are read at once: of small answers, and of large ones. */
const [smallRead, largeRead] = [4 * 1024, 64 * 1024];

/** A connection to one port of one workspace: one request after the other, each answered before the next is sent. */
export class Backend implements Expiring {
  readonly socket: Socket;
  readonly key: string;
  deadline = Number.POSITIVE_INFINITY;
  /** Whether it was used before: such a one may be closed by the other side at the moment it is used again. */
  used = false;
  /** When it was last let go, by the clock of `performance.now()`. */
  since = 0;
  /** Who keeps it while it waits for a request. */
  keeper: Keeper | null = null;
  #asker: Asker | null = null;
  #method = "";
  #state: "idle" | "head" | "body" | "over" = "idle";
  #held: Buffer | null = null;
  #body: BodyReader = createBodyReader(0);
  #reusable = false;
  #interim = 0;

  #buffer = Buffer.allocUnsafeSlow(smallRead);
  #kept = false;
  #large = false;
  #heir: ((bytes: Buffer) => boolean) | null = null;

  constructor({ key, place }: Target) {
    this.key = key;
    this.socket = connect({
      ...{ host: place.address, port: place.port },
      ...{ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 },
      // Into one buffer again and again: a new one for each read costs as much as all the rest of a large answer.
      onread: { buffer: () => this.#nextBuffer(), callback: (size, bytes) => this.#onRead(size, bytes) },
    });
    const { socket } = this;
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("error", ignore);
    socket.on("close", this.#onClose);
  }

  get idle(): boolean {
    return this.#state === "idle";
  }

  /** Sends a request's head. False when the workspace does not take it as fast as it comes. */
  ask(asker: Asker, method: string, head: string): boolean {
    this.#asker = asker;
    this.#method = method;
    this.#state = "head";
    this.#interim = 0;
    this.deadline = Number.POSITIVE_INFINITY;
    return this.socket.write(head, "latin1");
  }

  /** Whether it may be used for another request, now that its answer is whole. */
  get reusable(): boolean {
    return this.#reusable && this.#state === "idle" && !this.socket.destroyed;
  }

  /**
   * Gives the socket away, with what came already: after an upgrade. `take` gets what comes from now on, and answers as
   * `onBytes` does.
   */
  handOver(take: (bytes: Buffer) => boolean): { readonly socket: Socket; readonly held: Buffer | null } {
    const held = this.#held;
    this.#state = "over";
    this.#asker = null;
    this.#heir = take;
    this.socket.off("drain", this.#onDrain);
    this.socket.off("end", this.#onEnd);
    return { socket: this.socket, held };
  }

  destroy(): void {
    this.#asker = null;
    this.#state = "over";
    this.socket.destroy();
  }

  expire(): void {
    if (this.#state === "idle") this.destroy();
  }

  #nextBuffer(): Buffer {
    const size = this.#large ? largeRead : smallRead;
    if (this.#kept || size !== this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#kept = false;
    return this.#buffer;
  }

  #onRead(size: number, buffer: Uint8Array): boolean {
    this.#large = size >= smallRead;
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size);
    if (this.#heir === null) this.#onData(bytes);
    else this.#kept = this.#heir(bytes);
    return true;
  }

  #onData(bytes: Buffer) {
    // Whatever comes unasked would be taken for the answer to the next request.
    if (this.#state === "idle" || this.#state === "over") return this.destroy();
    if (this.#state === "body") this.#feed(bytes);
    else this.#read(this.#held === null ? bytes : Buffer.concat([this.#held, bytes]));
    this.#asker?.onPause();
  }

  #read(bytes: Buffer) {
    let rest: Buffer | null = bytes;
    while (rest !== null) {
      const end: number = rest.indexOf(headEnd, 0, "latin1");
      if (end < 0 ? rest.length > mostHeadBytes : end > mostHeadBytes) return this.#lose();
      if (end < 0) {
        // Not as a view: what it looks at is overwritten.
        this.#held = Buffer.from(rest);
        return;
      }
      const head = readResponseHead(rest.toString("latin1", 0, end + 2), this.#method);
      if (head === null) return this.#lose();
      const begin: number = end + headEnd.length;
      rest = begin < rest.length ? rest.subarray(begin) : null;
      if (head.status === 101 || head.status >= 200) return this.#begin(head, rest);
      this.#interim += 1;
      if (this.#interim > mostInterim) return this.#lose();
    }
    this.#held = null;
  }

  #begin(head: ResponseHead, rest: Buffer | null) {
    this.#held = head.status === 101 && rest !== null ? Buffer.from(rest) : null;
    this.#state = "body";
    this.#reusable = head.keepAlive && head.status !== 101;
    this.#body = createBodyReader(head.body);
    this.#asker?.onHead(head);
    // What follows an upgrade is for whoever takes the socket over.
    if (head.status === 101) return;
    if (rest !== null) this.#feed(rest);
    else if (this.#body.done) this.#finish();
  }

  #feed(bytes: Buffer) {
    const asker = this.#asker;
    if (asker === null) return;
    const rest = this.#body.take(bytes, 0, (part) => {
      if (asker.onBytes(part)) this.#kept = true;
    });
    if (this.#asker !== asker) return;
    if (rest < 0) return this.#lose();
    // An answer that goes on after its end is not one to wait for another on.
    if (rest < bytes.length) this.#reusable = false;
    if (this.#body.done) this.#finish();
  }

  #finish(): void {
    const asker = this.#asker;
    this.#asker = null;
    this.#state = "idle";
    this.used = true;
    asker?.onEnd();
  }

  #lose(): void {
    const asker = this.#asker;
    this.destroy();
    asker?.onLost();
  }

  readonly #onDrain = (): void => {
    this.#asker?.onDrain();
  };

  /** The other side has said all: which is the end of an answer without a length, and of nothing else. */
  readonly #onEnd = () => {
    if (this.#state !== "body" || !this.#body.untilClose) return this.#lose();
    this.#reusable = false;
    this.#finish();
    this.destroy();
  };

  readonly #onClose = () => {
    this.keeper?.onClose(this);
    if (this.#state !== "over") this.#lose();
  };
}

function ignore(): void {
  // What breaks is closed, and `close` is listened to.
}

/** Connects to a workspace; rejects when nobody answers in time. */
export function connectBackend(target: Target, milliseconds: number): Promise<Backend> {
  return new Promise((resolve, reject) => {
    const backend = new Backend(target);
    const { socket } = backend;
    const late = setTimeout(() => socket.destroy(new Error("no connection in time")), milliseconds);
    const failed = (error: Error) => {
      clearTimeout(late);
      reject(error);
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      clearTimeout(late);
      socket.off("error", failed);
      resolve(backend);
    });
  });
}

import type { Socket } from "node:net";
import { type BodyReader, createBodyReader } from "./body.ts";
import { mostHeadBytes } from "./fields.ts";
import type { BodyTaker, Party, Patience } from "./party.ts";
import { type HeadRefusal, type RequestHead, readRequestHead, whyTooLarge } from "./request-head.ts";
import type { Expiring, Sweeper } from "./sweeper.ts";

/** Answers a request, or what was no good one. Must lead to `finish`, `end`, `handOver` or `destroy`, once. */
export type Serve = (connection: Connection, head: RequestHead | HeadRefusal | "head-too-large" | "timeout") => void;

export interface ConnectionOptions {
  readonly serve: Serve;
  readonly patience: Patience;
  readonly sweeper: Sweeper;
}

/** Most bytes of further requests that wait for the present one's answer. */
const mostHeld = 64 * 1024;
/** Most bytes and milliseconds that are read of who was refused, so that the refusal arrives: one that is sent into unread bytes is lost. */
const [mostLingering, lingering] = [256 * 1024, 2000];
const headEnd = "\r\n\r\n";

/** A browser's connection, or its edge's: one request after the other, each to its end before the next is looked at. */
export class Connection implements Expiring {
  readonly socket: Socket;
  deadline: number;
  readonly #serve: Serve;
  readonly #patience: Patience;
  readonly #sweeper: Sweeper;
  #state: "head" | "busy" | "lingering" | "over" = "head";
  /** What came and was not taken yet. */
  #held: Buffer | null = null;
  #scanned = 0;
  #body: BodyReader = none;
  #taker: BodyTaker | null = null;
  #party: Party | null = null;
  #keepAlive = true;
  #reading = false;
  #answering = false;
  #halfClosed = false;
  #lingered = 0;

  constructor(socket: Socket, { serve, patience, sweeper }: ConnectionOptions) {
    this.socket = socket;
    this.#serve = serve;
    this.#patience = patience;
    this.#sweeper = sweeper;
    this.deadline = sweeper.now + patience.head;
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("error", ignore);
    socket.on("close", this.#onClose);
  }

  /** Whether the browser is still there. */
  get open(): boolean {
    return this.#state !== "over";
  }

  /** Who is told of this connection until the request is answered. */
  set party(party: Party) {
    this.#party = party;
  }

  /** Whether the connection ends with the present answer, as far as is known: then the answer says so. */
  get endsNext(): boolean {
    return !this.#keepAlive || this.#halfClosed || (this.#taker === null && !this.#body.done);
  }

  /** Ends the connection after the present answer; at once when there is none. */
  leave(): void {
    this.#keepAlive = false;
    if (this.#state === "head" && this.#held === null) this.socket.end();
  }

  /** Hands the request's body over, from now on as it comes. */
  readBody(taker: BodyTaker): void {
    this.#taker = taker;
    const held = this.#held;
    this.#held = null;
    if (this.#body.done) {
      this.#held = held;
      this.#taker = null;
      taker.onEnd();
    } else if (held !== null) this.#feed(held);
    this.resume();
  }

  /** Takes no more of the body for the moment. */
  pause(): void {
    this.socket.pause();
    this.#settle();
  }

  resume(): void {
    if (this.#state !== "over") this.socket.resume();
    this.#settle();
  }

  /** False when the browser does not take it as fast as it comes; `onDrain` says when it does again. */
  write(bytes: Buffer | string): boolean {
    this.#answering = true;
    const taken = typeof bytes === "string" ? this.socket.write(bytes, "latin1") : this.socket.write(bytes);
    this.#settle();
    return taken;
  }

  /** The answer is out. The next request is looked at, or the connection ends: also when its body was not taken. */
  finish() {
    if (this.#state !== "busy") return;
    this.#party = null;
    this.#taker = null;
    if (!this.#body.done) return this.end();
    if (!this.#keepAlive || this.#halfClosed) {
      this.#state = "over";
      this.#wait(lingering);
      this.socket.end();
      return;
    }
    this.#state = "head";
    this.#answering = false;
    this.#goOn();
  }

  /** Ends the connection when everything is written, and lets the other side finish its sentence. */
  end(): void {
    this.#party = null;
    this.#taker = null;
    this.#held = null;
    this.#keepAlive = false;
    if (this.#state === "over") return;
    this.#state = "lingering";
    this.#wait(lingering);
    this.socket.end();
    this.socket.resume();
  }

  destroy(): void {
    this.#party = null;
    this.socket.destroy();
  }

  /** Gives the socket away, with what came already. */
  handOver(): { readonly socket: Socket; readonly held: Buffer | null } {
    const held = this.#held;
    this.#state = "over";
    this.#party = null;
    this.deadline = Number.POSITIVE_INFINITY;
    this.socket.off("data", this.#onData);
    this.socket.off("drain", this.#onDrain);
    this.socket.off("end", this.#onEnd);
    return { socket: this.socket, held };
  }

  expire() {
    if (this.#state === "head" && this.#held !== null) return this.#refuse("timeout");
    if (this.#state === "busy" && this.#party !== null) return this.#party.onLate();
    this.socket.destroy();
  }

  #wait(milliseconds: number): void {
    this.deadline = this.#sweeper.now + milliseconds;
  }

  /** What a request is waiting for says how long it may. */
  #settle(): void {
    if (this.#state !== "busy") return;
    const owesBody = this.#taker !== null && !this.#body.done && !this.socket.isPaused();
    if (owesBody || this.#halfClosed || this.socket.writableNeedDrain) this.#wait(this.#patience.stall);
    else if (this.#answering) this.deadline = Number.POSITIVE_INFINITY;
    else this.#wait(this.#patience.answer);
  }

  readonly #onData = (bytes: Buffer) => {
    switch (this.#state) {
      case "head":
        if (this.#held === null) this.#wait(this.#patience.head);
        this.#held = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
        if (!this.#reading) this.#readHeads();
        break;
      case "busy":
        if (this.#taker !== null) this.#feed(bytes);
        else this.#hold(bytes);
        break;
      default:
        this.#lingered += bytes.length;
        if (this.#lingered > mostLingering) this.socket.destroy();
    }
  };

  /** On to the next request; of who does not take the answers before it, none is looked at until they do. */
  #goOn(): void {
    if (this.socket.writableNeedDrain) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
    const { head, idle, stall } = this.#patience;
    this.#wait(this.socket.isPaused() ? stall : this.#held === null ? idle : head);
    if (!this.#reading) this.#readHeads();
  }

  /** Looks at what came as long as there are whole requests in it, and each is answered at once. */
  #readHeads(): void {
    this.#reading = true;
    while (this.#state === "head" && this.#held !== null && !this.socket.writableNeedDrain) {
      if (!this.#readHead(this.#held)) break;
    }
    this.#reading = false;
  }

  #readHead(held: Buffer): boolean {
    const end = held.indexOf(headEnd, this.#scanned, "latin1");
    if (end < 0 ? held.length > mostHeadBytes : end > mostHeadBytes) {
      this.#refuse(whyTooLarge(held.toString("latin1")));
      return false;
    }
    if (end < 0) {
      this.#scanned = Math.max(0, held.length - headEnd.length + 1);
      return false;
    }
    this.#scanned = 0;
    const begin = end + headEnd.length;
    this.#held = begin < held.length ? held.subarray(begin) : null;
    const head = readRequestHead(held.toString("latin1", 0, end + 2));
    if (typeof head === "string") {
      this.#refuse(head);
      return false;
    }
    this.#state = "busy";
    this.#keepAlive &&= head.keepAlive;
    this.#body = head.body === 0 ? none : createBodyReader(head.body);
    this.#settle();
    this.#serve(this, head);
    return true;
  }

  #refuse(why: HeadRefusal | "head-too-large" | "timeout"): void {
    this.#state = "busy";
    this.#keepAlive = false;
    this.#serve(this, why);
  }

  #hold(bytes: Buffer): void {
    this.#held = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#held.length > mostHeld) this.socket.pause();
  }

  #feed(bytes: Buffer): void {
    const taker = this.#taker;
    if (taker === null) return;
    const rest = this.#body.take(bytes, 0, (part) => {
      // The part that is too much goes nowhere: what is not whole is done by nobody.
      if (this.#body.size <= taker.most) taker.onBytes(part);
    });
    // Whoever took the bytes may have ended it all.
    if (this.#taker !== taker) return;
    if (rest < 0 || this.#body.size > taker.most) {
      this.#taker = null;
      this.#keepAlive = false;
      taker.onRefused(rest < 0 ? "malformed" : "too-large");
      return;
    }
    if (rest < bytes.length) this.#hold(bytes.subarray(rest));
    if (this.#body.done) this.#taker = null;
    this.#settle();
    if (this.#body.done) taker.onEnd();
  }

  readonly #onDrain = (): void => {
    this.#settle();
    this.#party?.onDrain();
    if (this.#state === "head") this.#goOn();
  };

  readonly #onEnd = () => {
    this.#halfClosed = true;
    this.#keepAlive = false;
    // Whoever has said all may wait for the answer, though not for ever: most of those are gone.
    if (this.#state === "busy" && this.#body.done) return this.#settle();
    if (this.#state === "busy") this.#gone();
    this.socket.end();
  };

  readonly #onClose = () => {
    this.#gone();
    this.#state = "over";
  };

  #gone(): void {
    const party = this.#party;
    this.#party = null;
    this.#taker = null;
    party?.onGone();
  }
}

const none = createBodyReader(0);

function ignore(): void {
  // What breaks is closed, and `close` is listened to.
}

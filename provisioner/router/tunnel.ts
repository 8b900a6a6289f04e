import type { Socket } from "node:net";
import { closeFrame, FrameWalker } from "./frames.ts";
import type { Ending } from "./gate.ts";
import type { Expiring, Sweeper } from "./http/sweeper.ts";
import type { OpenThing, OpenThings } from "./open.ts";
import type { UsageLedger } from "./usage.ts";

/** Milliseconds that a peer may take nothing of what it is sent, or keep its half of a connection open alone. */
export interface TunnelPatience {
  readonly stall: number;
  readonly half: number;
}

export const usualTunnelPatience: TunnelPatience = { stall: 60_000, half: 30_000 };

/** Milliseconds that the other side gets to say goodbye. */
const farewell = 1000;

/** What is said with it, by why it ends: https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number */
const goodbyes = {
  revoked: { code: 1008, reason: "access was taken away" },
  stopped: { code: 1001, reason: "the workspace was stopped" },
  restart: { code: 1012, reason: "connect again" },
} as const satisfies Readonly<Record<Ending | "restart", { code: number; reason: string }>>;

export interface TunnelOptions {
  readonly of: Omit<OpenThing, "stream" | "end">;
  readonly browser: Socket;
  readonly workspace: Socket;
  readonly ledger: UsageLedger;
  readonly open: OpenThings;
  readonly sweeper: Sweeper;
  readonly patience: TunnelPatience;
}

/** One direction: where its bytes go, and what is known of its frames. */
interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly walker: FrameWalker;
  readonly inward: boolean;
}

/** A WebSocket: bytes pass both ways as they are, as fast as the slower side takes them, for as long as both sides live. */
export class Tunnel implements OpenThing, Expiring {
  readonly workspace: string;
  readonly session: string;
  readonly host: string;
  readonly stream = true;
  deadline = Number.POSITIVE_INFINITY;
  readonly #options: TunnelOptions;
  readonly #inward: Direction;
  readonly #outward: Direction;
  #halfClosedSince = Number.POSITIVE_INFINITY;
  #ending = false;
  #over = false;

  constructor(options: TunnelOptions) {
    const { of, browser, workspace } = options;
    this.workspace = of.workspace;
    this.session = of.session;
    this.host = of.host;
    this.#options = options;
    this.#inward = { from: browser, to: workspace, walker: new FrameWalker(), inward: true };
    this.#outward = { from: workspace, to: browser, walker: new FrameWalker(), inward: false };
    options.open.add(this);
    options.sweeper.add(this);
    for (const direction of [this.#inward, this.#outward]) this.#join(direction);
    browser.on("data", (bytes: Buffer) => this.#pass(this.#inward, bytes));
  }

  /** Takes what comes from the workspace; answers whether it is still needed. */
  readonly outward = (bytes: Buffer): boolean => {
    this.#pass(this.#outward, bytes);
    return this.#outward.to.writableLength > 0;
  };

  /** Lets pass what came before the tunnel was there. */
  begin(fromBrowser: Buffer | null, fromWorkspace: Buffer | null): void {
    if (fromBrowser !== null) this.#pass(this.#inward, fromBrowser);
    if (fromWorkspace !== null) this.#pass(this.#outward, fromWorkspace);
    for (const { from } of [this.#inward, this.#outward]) from.resume();
  }

  end(why: Ending | "restart"): void {
    if (this.#ending || this.#over) return;
    this.#ending = true;
    const { code, reason } = goodbyes[why];
    for (const { from, to, walker, inward } of [this.#inward, this.#outward]) {
      from.pause();
      // In the midst of a frame there is no place for another one.
      if (walker.between && !walker.closed && to.writable) to.write(closeFrame(code, reason, inward));
      to.end();
    }
    // Each side may answer with its own goodbye, which goes nowhere.
    for (const { from } of [this.#inward, this.#outward]) from.resume();
    this.#wait(farewell);
  }

  expire(): void {
    this.#destroy();
  }

  #join({ from, to }: Direction): void {
    to.on("drain", () => {
      from.resume();
      this.#settle();
    });
    from.on("end", () => {
      // Half of it may go on: the other side hears that nothing more comes, and finishes its sentence.
      this.#halfClosedSince = Math.min(this.#halfClosedSince, performance.now());
      to.end();
      this.#settle();
    });
    from.on("error", () => this.#destroy());
    from.on("close", () => this.#onClose(from));
  }

  #pass({ to, from, walker, inward }: Direction, bytes: Buffer): void {
    if (this.#ending || this.#over) return;
    const before = walker.messages;
    walker.walk(bytes);
    const meter = this.#options.ledger.meter(this.workspace);
    if (inward) meter.bytesIn += bytes.length;
    else meter.bytesOut += bytes.length;
    const messages = walker.messages - before;
    if (messages > 0) {
      meter.messages += messages;
      meter.lastUsedAt = Date.now();
    }
    if (to.write(bytes)) return;
    from.pause();
    this.#settle();
  }

  /** How long what it waits for may take; a quiet stream whose both sides are there may be quiet for ever. */
  #settle(): void {
    if (this.#ending) return;
    const { stall, half } = this.#options.patience;
    const stalled = this.#inward.to.writableNeedDrain || this.#outward.to.writableNeedDrain;
    this.deadline = Math.min(
      stalled ? performance.now() + stall : Number.POSITIVE_INFINITY,
      this.#halfClosedSince + half,
    );
  }

  #wait(milliseconds: number): void {
    this.deadline = performance.now() + milliseconds;
    setTimeout(() => this.#destroy(), milliseconds).unref();
  }

  #onClose(socket: Socket): void {
    const { browser, workspace } = this.#options;
    const other = socket === browser ? workspace : browser;
    // What is still on its way to the other side arrives first.
    if (socket.errored === null && !other.destroyed && !other.writableEnded) other.end();
    if (browser.destroyed && workspace.destroyed) this.#destroy();
    else {
      this.#halfClosedSince = Math.min(this.#halfClosedSince, performance.now());
      this.#settle();
    }
  }

  #destroy(): void {
    if (this.#over) return;
    this.#over = true;
    const { browser, workspace, open, sweeper } = this.#options;
    open.remove(this);
    sweeper.remove(this);
    browser.destroy();
    workspace.destroy();
  }
}

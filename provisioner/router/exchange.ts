import type { Ending, Visit } from "./gate.ts";
import type { Asker, Backend } from "./http/backend.ts";
import type { Connection } from "./http/connection.ts";
import type { Party } from "./http/party.ts";
import type { Pool } from "./http/pool.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";
import type { Locator } from "./locate.ts";
import type { OpenThing, OpenThings } from "./open.ts";
import { headForWorkspace } from "./request-fields.ts";
import { headForBrowser, type Told } from "./response-fields.ts";
import type { Site } from "./sites.ts";
import type { UsageLedger } from "./usage.ts";

/** Why a workspace's answer could not be had. */
export type Failure = "no-answer" | "bad-answer" | "late" | "malformed-body" | "too-large";

/** What an exchange needs to know of the router around it. */
export interface ExchangeDeps {
  readonly pool: Pool;
  readonly locator: Locator;
  readonly ledger: UsageLedger;
  readonly open: OpenThings;
  /** Answers in the workspace's place. */
  readonly fail: (passing: Passing, failure: Failure) => void;
  /** The workspace agreed to speak WebSocket. False when it did not do so as it must: then nothing was done. */
  readonly upgrade: (exchange: Exchange, backend: Backend, head: ResponseHead) => boolean;
  /** Told when the request is on its way: when its head was whole, by the clock of `performance.now()`. */
  readonly onSent: (since: number) => void;
  /** Most bytes of a request's body. */
  readonly mostBody: number;
}

/** One request that may pass. */
export interface Passing {
  readonly connection: Connection;
  readonly head: RequestHead;
  readonly site: Site;
  readonly visit: Visit;
  readonly port: number;
  /** `Host`, scheme and address as the workspace gets them. */
  readonly asked: Parameters<typeof headForWorkspace>[1];
  /** What the browser is told, but for whether the connection ends. */
  readonly told: Omit<Told, "close">;
  /** When its head was whole, by the clock of `performance.now()`. */
  readonly since: number;
}

/** Answers up to this size go out with their head in one piece. */
const small = 16 * 1024;
/** Bytes of a request's body after which they are counted, though there are more to come. */
const countedAt = 1_000_000;
/** Methods that may be sent a second time when the first try met a connection that was just closed. */
const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** One request on its way to a workspace, and its answer on the way back. */
export class Exchange implements Party, Asker, OpenThing {
  readonly passing: Passing;
  readonly workspace: string;
  readonly session: string;
  readonly host: string;
  readonly stream = false;
  readonly #deps: ExchangeDeps;
  readonly #connection: Connection;
  #backend: Backend | null = null;
  /** The answer's head, until its first bytes are there to go with it. */
  #answer: string | null = null;
  #answered = false;
  #bodySent = false;
  #retried = false;
  #over = false;
  /** Bytes that passed and are not counted yet. */
  #in = 0;
  #out = 0;

  constructor(passing: Passing, deps: ExchangeDeps) {
    this.passing = passing;
    this.workspace = passing.visit.workspace;
    this.session = passing.visit.session;
    this.host = passing.visit.host;
    this.#deps = deps;
    this.#connection = passing.connection;
    this.#connection.party = this;
    deps.open.add(this);
    const { body } = passing.head;
    this.#bodySent = body === 0;
    if (body !== "chunked" && body > deps.mostBody) this.#fail("too-large");
    else this.#start();
  }

  #start(): void {
    const { head, visit } = this.passing;
    const { pool } = this.#deps;
    const again = this.#bodySent && repeatable.has(head.method);
    const backend = head.upgrade === undefined ? pool.take(visit.target, !again) : undefined;
    if (backend !== undefined) this.#send(backend);
    else void this.#connect();
  }

  async #connect(): Promise<void> {
    const { pool, locator } = this.#deps;
    const key = this.passing.visit.target;
    for (let attempt = 1; !this.#over; attempt += 1) {
      try {
        const place = await locator.locate(this.workspace, this.passing.port);
        if (place === null) break;
        const backend = await pool.connect({ key, place });
        if (this.#over) backend.destroy();
        else this.#send(backend);
        return;
      } catch {
        // It may have moved: a second look tells, a third one would not.
        locator.forget(this.workspace);
        if (attempt > 1) break;
      }
    }
    this.#fail("no-answer");
  }

  #send(backend: Backend): void {
    const { head, asked, since } = this.passing;
    this.#backend = backend;
    const text = headForWorkspace(head, asked);
    this.#in += text.length;
    if (!this.#retried) this.#deps.ledger.meter(this.workspace).requests += 1;
    backend.ask(this, head.method, text);
    this.#deps.onSent(since);
    if (this.#bodySent) return;
    if (head.expectsContinue) this.#connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    this.#connection.readBody({
      most: this.#deps.mostBody,
      onBytes: (bytes) => {
        this.#in += bytes.length;
        if (this.#in > countedAt) this.#count();
        if (!backend.socket.write(bytes)) this.#connection.pause();
      },
      onEnd: () => {
        this.#bodySent = true;
      },
      onRefused: (why) => this.#fail(why === "too-large" ? why : "malformed-body"),
    });
  }

  // From the workspace.

  onHead(head: ResponseHead): void {
    const backend = this.#backend;
    if (backend === null) return;
    const { upgrade } = this.passing.head;
    if (head.status === 101) {
      if (upgrade === undefined || !this.#deps.upgrade(this, backend, head)) this.#fail("bad-answer");
      return;
    }
    // Whoever wanted to speak something else and may not could take what follows for it; and of a request that is answered
    // before its end, nobody waits for the rest.
    if (upgrade !== undefined || head.body === "close" || !this.#bodySent) this.#connection.leave();
    this.#answered = true;
    this.#answer = headForBrowser(head, { ...this.passing.told, close: this.#connection.endsNext });
  }

  onBytes(bytes: Buffer): boolean {
    const head = this.#answer;
    this.#answer = null;
    this.#out += bytes.length + (head?.length ?? 0);
    const taken = head === null ? this.#connection.write(bytes) : this.#writeTogether(head, bytes);
    if (!taken) this.#backend?.socket.pause();
    return this.#connection.socket.writableLength > 0;
  }

  onPause(): void {
    if (this.#over) return;
    this.#flush();
    this.#count();
  }

  onEnd(): void {
    this.#flush();
    const backend = this.#backend;
    this.#backend = null;
    // A request whose body was not taken to its end leaves a connection that nobody can use again.
    if (backend !== null && this.#bodySent) this.#deps.pool.give(backend);
    else backend?.destroy();
    this.#done();
    this.#connection.finish();
  }

  onLost(): void {
    const backend = this.#backend;
    this.#backend = null;
    const { method, body } = this.passing.head;
    const stale = backend?.used === true && !this.#answered && body === 0 && repeatable.has(method);
    if (stale && !this.#retried) {
      this.#retried = true;
      this.#start();
      return;
    }
    this.#fail(this.#answered ? "bad-answer" : "no-answer");
  }

  // From the browser; `onDrain` is said by both sides: whichever sends to the one that takes bytes again goes on.

  onDrain(): void {
    const backend = this.#backend?.socket;
    if (backend === undefined) return;
    if (!this.#connection.socket.writableNeedDrain) backend.resume();
    if (!this.#bodySent && !backend.writableNeedDrain) this.#connection.resume();
  }

  onGone(): void {
    this.#close();
  }

  onLate(): void {
    this.#fail("late");
  }

  end(_why: Ending | "restart"): void {
    this.#close();
    this.#connection.destroy();
  }

  /** Leaves both sides to whoever takes the WebSocket over. */
  release(): void {
    this.#backend = null;
    this.#done();
  }

  #flush(): void {
    const head = this.#answer;
    if (head === null) return;
    this.#answer = null;
    this.#out += head.length;
    this.#connection.write(head);
  }

  #writeTogether(head: string, bytes: Buffer): boolean {
    if (bytes.length > small) {
      this.#connection.write(head);
      return this.#connection.write(bytes);
    }
    const whole = Buffer.allocUnsafe(head.length + bytes.length);
    whole.write(head, 0, "latin1");
    bytes.copy(whole, head.length);
    return this.#connection.write(whole);
  }

  /** Adds what passed to the workspace's counts. */
  #count(): void {
    if (this.#in + this.#out === 0) return;
    const meter = this.#deps.ledger.meter(this.workspace);
    meter.bytesIn += this.#in;
    meter.bytesOut += this.#out;
    meter.lastUsedAt = Date.now();
    this.#in = 0;
    this.#out = 0;
  }

  /** Answers in the workspace's place, where nothing of its answer is out yet; else all that can be done is to cut. */
  #fail(failure: Failure): void {
    if (this.#over) return;
    const begun = this.#answered && this.#answer === null;
    this.#close();
    if (begun) this.#connection.destroy();
    else this.#deps.fail(this.passing, failure);
  }

  #close(): void {
    this.#backend?.destroy();
    this.#backend = null;
    this.#answer = null;
    this.#done();
  }

  #done(): void {
    if (this.#over) return;
    this.#over = true;
    this.#count();
    this.#deps.open.remove(this);
  }
}

import { type Backend, connectBackend, type Target } from "./backend.ts";
import type { Sweeper } from "./sweeper.ts";

/** Milliseconds that an idle connection is kept: less than the five seconds after which many servers close one. */
const keptFor = 4000;
/** Most idle connections of one port of one workspace, and of all. */
const mostOfOne = 256;
const mostOfAll = 4096;
/** Milliseconds for which an idle connection is surely still open on the other side. */
const surelyOpen = 1000;
const connectingMost = 5000;

/** Connections that are kept for the next request: of each workspace's ports its own, never another's. */
export class Pool {
  readonly #idle = new Map<string, Backend[]>();
  readonly #sweeper: Sweeper;
  #count = 0;

  constructor(sweeper: Sweeper) {
    this.#sweeper = sweeper;
  }

  /**
   * One that waits, if there is one. `surely`: only one that the other side will not have closed meanwhile, for requests
   * that cannot be sent a second time.
   */
  take(key: string, surely: boolean): Backend | undefined {
    const waiting = this.#idle.get(key);
    for (let backend = waiting?.at(-1); backend !== undefined; backend = waiting?.at(-1)) {
      this.#drop(backend);
      if (!backend.idle || backend.socket.destroyed) continue;
      if (!surely || performance.now() - backend.since < surelyOpen) return backend;
      backend.destroy();
    }
    return undefined;
  }

  connect(target: Target): Promise<Backend> {
    return connectBackend(target, connectingMost);
  }

  /** Keeps a connection for the next request, or ends it. */
  give(backend: Backend) {
    const waiting = this.#idle.get(backend.key) ?? [];
    if (!backend.reusable || waiting.length >= mostOfOne || this.#count >= mostOfAll) return backend.destroy();
    backend.since = performance.now();
    backend.deadline = backend.since + keptFor;
    backend.onIdleClose = () => this.#drop(backend);
    this.#idle.set(backend.key, waiting);
    waiting.push(backend);
    this.#count += 1;
    this.#sweeper.add(backend);
  }

  /** Ends the connections that wait for requests to a workspace, whichever port: it is not what it was. */
  forget(workspace: string): void {
    for (const [key, waiting] of this.#idle) {
      if (key.startsWith(`${workspace}:`)) for (const backend of [...waiting]) this.#end(backend);
    }
  }

  close(): void {
    for (const waiting of this.#idle.values()) for (const backend of [...waiting]) this.#end(backend);
  }

  #end(backend: Backend): void {
    this.#drop(backend);
    backend.destroy();
  }

  /** Takes one out of those that wait. */
  #drop(backend: Backend): void {
    backend.onIdleClose = null;
    this.#sweeper.remove(backend);
    const waiting = this.#idle.get(backend.key);
    const at = waiting?.lastIndexOf(backend) ?? -1;
    if (waiting === undefined || at < 0) return;
    waiting.splice(at, 1);
    this.#count -= 1;
    if (waiting.length === 0) this.#idle.delete(backend.key);
  }
}

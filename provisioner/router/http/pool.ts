import { type Backend, connectBackend, type Keeper, type Target } from "./backend.ts";
import type { Sweeper } from "./sweeper.ts";

/** Milliseconds that an idle connection is kept: less than the five seconds after which many servers close one. */
const keptFor = 4000;
/** Most idle connections of one port of one workspace, and of all. */
const mostOfOne = 256;
const mostOfAll = 4096;
/** Milliseconds for which an idle connection is surely still open on the other side. */
const surelyOpen = 1000;
/** Milliseconds in which a workspace must take a connection. */
const connectingMost = 5000;

/** Connections that are kept for the next request: of each workspace's ports its own, never another's. */
export class Pool implements Keeper {
  /** The one that was used last is used next: the others may end. */
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
    if (waiting === undefined) return undefined;
    for (let backend = waiting.pop(); backend !== undefined; backend = waiting.pop()) {
      this.#count -= 1;
      if (backend.reusable && (!surely || performance.now() - backend.since < surelyOpen)) return backend;
      backend.destroy();
    }
    return undefined;
  }

  async connect(target: Target): Promise<Backend> {
    const backend = await connectBackend(target, connectingMost);
    backend.keeper = this;
    this.#sweeper.add(backend);
    return backend;
  }

  /** Keeps a connection for the next request, or ends it. */
  give(backend: Backend) {
    if (!backend.reusable || this.#count >= mostOfAll) return backend.destroy();
    let waiting = this.#idle.get(backend.key);
    if (waiting === undefined) {
      waiting = [];
      this.#idle.set(backend.key, waiting);
    }
    if (waiting.length >= mostOfOne) return backend.destroy();
    backend.since = performance.now();
    backend.deadline = backend.since + keptFor;
    waiting.push(backend);
    this.#count += 1;
  }

  onClose(backend: Backend): void {
    this.#sweeper.remove(backend);
    const waiting = this.#idle.get(backend.key);
    const at = waiting?.lastIndexOf(backend) ?? -1;
    if (waiting !== undefined && at >= 0) {
      waiting.splice(at, 1);
      this.#count -= 1;
    }
    if (waiting?.length === 0) this.#idle.delete(backend.key);
  }

  /** Ends the connections that wait for requests to a workspace, whichever port: it is not what it was. */
  forget(workspace: string): void {
    for (const [key, waiting] of this.#idle) {
      if (key.startsWith(`${workspace}:`)) for (const backend of [...waiting]) backend.destroy();
    }
  }

  close(): void {
    for (const waiting of this.#idle.values()) for (const backend of [...waiting]) backend.destroy();
  }
}

import type { Ending } from "./gate.ts";

/** Something that somebody has open: a stream, or a request that is being answered. */
export interface OpenThing {
  readonly workspace: string;
  /** SHA-256 of the session's token. */
  readonly session: string;
  /** Host below the domain that it was asked of. */
  readonly host: string;
  /** Whether it stays open until one side ends it: a WebSocket. */
  readonly stream: boolean;
  /** Ends it, and says why where that can be said. */
  end(why: Ending | "restart"): void;
}

/** Most that is open of one workspace at once, and streams of one session. */
export const mostOpen = { requests: 1000, streams: 256, streamsOfSession: 64 } as const;

/** All that is open, by workspace. */
export class OpenThings {
  readonly #things = new Map<string, Set<OpenThing>>();
  #streams = 0;

  /** How many WebSockets are open. */
  get streams(): number {
    return this.#streams;
  }

  /** Whether another one may be opened beside what this workspace and this session have open. */
  hasRoom({ workspace, session }: Pick<OpenThing, "workspace" | "session">, stream: boolean): boolean {
    const things = this.#things.get(workspace);
    if (things === undefined) return true;
    if (things.size >= mostOpen.requests + mostOpen.streams) return false;
    if (!stream) return true;
    const streams = [...things].filter((thing) => thing.stream);
    const own = streams.filter((thing) => thing.session === session);
    return streams.length < mostOpen.streams && own.length < mostOpen.streamsOfSession;
  }

  add(thing: OpenThing): void {
    const things = this.#things.get(thing.workspace);
    if (things === undefined) this.#things.set(thing.workspace, new Set([thing]));
    else things.add(thing);
    if (thing.stream) this.#streams += 1;
  }

  remove(thing: OpenThing): void {
    const things = this.#things.get(thing.workspace);
    if (things?.delete(thing) === true && thing.stream) this.#streams -= 1;
  }

  /** Forgets workspaces of which nothing is open: not with the last one, as the next one mostly comes at once. */
  tidy(): void {
    for (const [workspace, things] of this.#things) if (things.size === 0) this.#things.delete(workspace);
  }

  /** What is open of a workspace; without one, everything. */
  of(workspace?: string): readonly OpenThing[] {
    if (workspace !== undefined) return [...(this.#things.get(workspace) ?? [])];
    return [...this.#things.values()].flatMap((things) => [...things]);
  }
}

import type { z } from "zod";
import { RuntimeError } from "../runtime.ts";
import type { Sink } from "./cache.ts";
import { isStatus, type KubernetesClient } from "./client.ts";
import { bookmarkObject, objectList, statusObject, watchEvent } from "./objects.ts";
import { pauseFor } from "./waits.ts";

export interface WatchOptions<T> {
  readonly client: Pick<KubernetesClient, "request" | "lines">;
  /** Path of the collection, over all namespaces. */
  readonly path: string;
  readonly selector?: string;
  readonly schema: z.ZodType<T>;
  readonly sink: Sink<T>;
  /** Told of each break and of each recovery, for the log. */
  readonly onState?: (state: WatchState) => void;
  /** Waits before the next attempt; a seam for tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Between 0 and 1: spreads reconnections of several provisioners. */
  readonly random?: () => number;
}

export interface WatchState {
  readonly path: string;
  readonly connected: boolean;
  /** What broke it, when it is not connected. */
  readonly error?: string;
}

export interface Watch {
  /** Lists once and goes on watching. Rejects when that first list fails; then nothing goes on. */
  start(): Promise<void>;
  /** Milliseconds since the connection broke; 0 while it stands. */
  brokenFor(): number;
  close(): Promise<void>;
}

const pageSize = 500;
/** The API server ends a watch after this many seconds, and then some: so one that hangs unseen cannot last. */
const watchSeconds = 270;
/** Bookmarks come about once a minute even when nothing happens: after this silence the connection is dead. */
const silenceMs = 150_000;
const firstPauseMs = 100;
const longestPauseMs = 15_000;

/** The history that the watch wanted to go on from is gone: only a new list helps. */
class Expired extends Error {}

/**
 * Follows all objects of one kind by a list and a watch from its revision on. Goes on from the last revision when the
 * connection ends or breaks, lists anew when the server has forgotten that revision, and never gives up.
 */
export function createWatch<T>(options: WatchOptions<T>): Watch {
  const { client, path, selector, schema, sink } = options;
  const pause = options.pause ?? pauseFor;
  const random = options.random ?? Math.random;
  const ended = new AbortController();
  let revision = "";
  let brokenSince: number | undefined;
  let following: Promise<void> = Promise.resolve();

  const report = (error?: unknown): void => {
    const connected = error === undefined;
    if (connected === (brokenSince === undefined)) return;
    brokenSince = connected ? undefined : Date.now();
    options.onState?.({
      path,
      connected,
      ...(connected ? {} : { error: error instanceof Error ? error.message : String(error) }),
    });
  };

  const list = async (): Promise<void> => {
    const objects: T[] = [];
    let next: string | undefined;
    let listed = "";
    do {
      const answer = objectList.parse(
        await client.request({
          path,
          query: { labelSelector: selector, limit: pageSize, continue: next },
          signal: ended.signal,
        }),
      );
      for (const item of answer.items ?? []) {
        const object = schema.safeParse(item);
        if (object.success) objects.push(object.data);
      }
      next = answer.metadata.continue || undefined;
      listed = answer.metadata.resourceVersion;
    } while (next);
    revision = listed;
    sink.replace(objects, listed);
  };

  /** Resolves when the server ended the watch in good order. */
  const follow = async (heard: () => void): Promise<void> => {
    const query = {
      watch: true,
      labelSelector: selector,
      resourceVersion: revision,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.round(watchSeconds * (1 + random() / 5)),
    };
    const lines = await client.lines({ path, query, silence: silenceMs, signal: ended.signal });
    report();
    for await (const line of lines) {
      const event = watchEvent.parse(line);
      if (event.type === "ERROR") throw failure(event.object);
      heard();
      // Read first: an object that cannot be understood must not stop the revision from going on.
      const seen = bookmarkObject.parse(event.object).metadata.resourceVersion;
      const object = event.type === "BOOKMARK" ? undefined : schema.safeParse(event.object);
      revision = seen;
      if (!object?.success) sink.advance(seen);
      else if (event.type === "DELETED") sink.remove(object.data);
      else sink.put(object.data);
    }
  };

  const followForEver = async (): Promise<void> => {
    let listed = true;
    let wait = firstPauseMs;
    while (!ended.signal.aborted) {
      try {
        if (!listed) await list();
        listed = true;
        await follow(() => {
          wait = firstPauseMs;
        });
      } catch (error) {
        if (ended.signal.aborted) return;
        report(error);
        if (error instanceof Expired || isStatus(error, 410)) {
          listed = false;
          if (wait === firstPauseMs) {
            wait *= 2;
            continue; // At once: this is the server's usual way to ask for a new list.
          }
        }
        await pause(wait * (0.5 + random() / 2), ended.signal);
        wait = Math.min(wait * 2, longestPauseMs);
      }
    }
  };

  return {
    async start() {
      await list();
      following = followForEver();
    },
    brokenFor: () => (brokenSince === undefined ? 0 : Date.now() - brokenSince),
    async close() {
      ended.abort(new RuntimeError("unreachable", "The runtime was closed."));
      await following;
    },
  };
}

function failure(object: unknown): Error {
  const status = statusObject.safeParse(object);
  const message = status.success ? `${status.data.code} ${status.data.message}` : "the watch failed";
  return status.success && status.data.code === 410 ? new Expired(message) : new Error(message);
}

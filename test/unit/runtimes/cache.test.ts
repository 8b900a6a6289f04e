import { describe, expect, test } from "vitest";
import { createCache, createChanges } from "../../../provisioner/runtimes/kubernetes/cache.ts";
import type { AnyObject } from "../../../provisioner/runtimes/kubernetes/objects.ts";

const object = (workspace: string, uid: string, resourceVersion: string): AnyObject => ({
  metadata: { name: uid, namespace: workspace, uid, resourceVersion, labels: {} },
});

function setup() {
  const changes = createChanges();
  const cache = createCache<AnyObject>(({ metadata }) => metadata.namespace || undefined, changes);
  const woken: string[] = [];
  for (const workspace of ["ws-a", "ws-b"]) changes.subscribe(workspace, () => woken.push(workspace));
  return { changes, cache, woken };
}

describe("the cache of one kind", () => {
  test("holds the last of each object by workspace and wakes only who waits for that one", () => {
    const { cache, woken } = setup();
    cache.put(object("ws-a", "1", "10"));
    cache.put(object("ws-a", "1", "11"));
    cache.put(object("ws-a", "2", "12"));
    expect(cache.of("ws-a").map(({ metadata }) => metadata.resourceVersion)).toEqual(["11", "12"]);
    expect(cache.of("ws-b")).toEqual([]);
    expect(cache.size).toBe(2);
    expect(woken).toEqual(["ws-a", "ws-a", "ws-a"]);
  });

  test("forgets what was deleted", () => {
    const { cache, woken } = setup();
    cache.put(object("ws-a", "1", "10"));
    cache.remove(object("ws-a", "1", "11"));
    cache.remove(object("ws-a", "1", "11"));
    expect(cache.get("ws-a", "1")).toBeUndefined();
    expect(cache.size).toBe(0);
    expect(woken).toEqual(["ws-a", "ws-a"]);
  });

  test("moves an object that changes its workspace, and wakes both", () => {
    const { cache, woken } = setup();
    cache.put(object("ws-a", "1", "10"));
    cache.put(object("ws-b", "1", "11"));
    expect(cache.of("ws-a")).toEqual([]);
    expect(cache.of("ws-b")).toHaveLength(1);
    expect(woken).toEqual(["ws-a", "ws-a", "ws-b"]);
    cache.put(object("", "1", "12"));
    expect(cache.size).toBe(0);
  });

  test("takes a new list for the whole truth, and wakes everybody", () => {
    const { cache, woken } = setup();
    cache.put(object("ws-a", "1", "10"));
    cache.replace([object("ws-b", "2", "15")], "20");
    expect(cache.of("ws-a")).toEqual([]);
    expect(cache.of("ws-b")).toHaveLength(1);
    expect(woken).toEqual(["ws-a", "ws-a", "ws-b"]);
  });

  test("knows how far it has seen, beyond what numbers hold exactly, and never goes back", () => {
    const { cache } = setup();
    expect(cache.hasSeen("1")).toBe(false);
    cache.put(object("ws-a", "1", "9007199254740993"));
    expect(cache.hasSeen("9007199254740993")).toBe(true);
    expect(cache.hasSeen("9007199254740994")).toBe(false);
    cache.advance("9007199254740994");
    expect(cache.hasSeen("9007199254740994")).toBe(true);
    cache.advance("5");
    expect(cache.hasSeen("9007199254740994")).toBe(true);
    expect(cache.hasSeen("not a number")).toBe(false);
  });
});

test("who no longer listens is not woken", () => {
  const changes = createChanges();
  let woken = 0;
  const end = changes.subscribe("ws-a", () => {
    woken += 1;
  });
  changes.emit("ws-a");
  end();
  changes.emit("ws-a");
  changes.emitAll();
  expect(woken).toBe(1);
});

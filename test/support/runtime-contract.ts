import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runtime } from "../../provisioner/runtimes/runtime.ts";

/** A runtime under test, and a hand that does beside it what the engine and strangers would do. */
export interface RuntimeWorld {
  /** Not started yet. */
  readonly runtime: Runtime;
  /** An id that nothing has yet. */
  newId(): string;
  /** Makes the workspace's objects as the engine would; it gets ready by itself unless `stuck`. */
  provision(workspace: string, options?: { readonly existingVolume?: string; readonly stuck?: boolean }): Promise<void>;
  /** Makes something of that name that belongs to somebody else. */
  provisionForeign(workspace: string): Promise<void>;
  /** Begins to take away what holds the workspace together, without waiting, as the engine's destroy does. */
  beginDeletion(workspace: string): Promise<void>;
  /** Whether a volume of that name is there. */
  volumeExists(volume: string): Promise<boolean>;
  /** Removes all that was made, and closes the runtime. */
  close(): Promise<void>;
}

const patience = { deadline: 60_000 };

/** What every runtime does, real or not. */
export function describeRuntimeContract(name: string, makeWorld: () => Promise<RuntimeWorld>): void {
  // Most of the time passes in waiting for Kubernetes to let namespaces go: side by side.
  describe.concurrent(`${name} as a runtime`, () => {
    let world: RuntimeWorld;
    let runtime: Runtime;

    beforeAll(async () => {
      world = await makeWorld();
      runtime = world.runtime;
      await runtime.start();
    });
    afterAll(() => world?.close());

    /** A workspace that is ready. */
    const ready = async (options?: { existingVolume?: string }): Promise<string> => {
      const id = world.newId();
      await world.provision(id, options);
      await runtime.waitReady(id, patience);
      return id;
    };
    const takeAway = async (id: string): Promise<void> => {
      await runtime.disposeVolume(id, "delete");
      await runtime.remove(id, patience);
    };

    test("sees nothing where nothing is", async () => {
      const id = world.newId();
      expect(await runtime.observe(id)).toEqual({ exists: false, terminating: false, replicas: 0, ready: false });
      await expect(runtime.assertOurs(id)).resolves.toBeUndefined();
      expect(await runtime.list()).not.toContain(id);
    });

    test("says that a provisioned workspace is ready, and lists it", async () => {
      const id = world.newId();
      const waiting = runtime.waitReady(id, patience);
      await world.provision(id);
      expect(await waiting).toMatchObject({ exists: true, terminating: false, replicas: 1, ready: true });
      expect(await runtime.observe(id)).toMatchObject({ exists: true, replicas: 1, ready: true });
      expect(await runtime.list()).toContain(id);
      await takeAway(id);
    });

    test("puts to sleep and wakes, again and again, and observe agrees at once", async () => {
      const id = await ready();
      for (let round = 0; round < 2; round += 1) {
        await runtime.scale(id, 0);
        expect(await runtime.observe(id)).toMatchObject({ replicas: 0, ready: false });
        await runtime.waitStopped(id, patience);
        await runtime.scale(id, 0);
        await runtime.waitStopped(id, patience);
        await runtime.scale(id, 1);
        expect(await runtime.observe(id)).toMatchObject({ replicas: 1 });
        expect(await runtime.waitReady(id, patience)).toMatchObject({ replicas: 1, ready: true });
      }
      await takeAway(id);
    });

    test("refuses to scale what is not there", async () => {
      await expect(runtime.scale(world.newId(), 1)).rejects.toMatchObject({ name: "RuntimeError", kind: "refused" });
    });

    test("gives up waiting at the deadline and says why", async () => {
      const id = world.newId();
      await world.provision(id, { stuck: true });
      const waiting = runtime.waitReady(id, { deadline: 2000 });
      await expect(waiting).rejects.toMatchObject({ name: "RuntimeError", kind: "timeout" });
      const observed = await runtime.observe(id);
      expect(observed.ready).toBe(false);
      expect(observed.reason).toBeTruthy();
      await takeAway(id);
    });

    test("stops waiting when the caller does, with the caller's reason", async () => {
      const reason = new Error("the caller has changed its mind");
      const caller = new AbortController();
      const waiting = runtime.waitReady(world.newId(), { ...patience, signal: caller.signal });
      caller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await expect(runtime.waitReady(world.newId(), { ...patience, signal: caller.signal })).rejects.toBe(reason);
    });

    test("removes a workspace with its volume, and removing it once more is nothing", async () => {
      const id = await ready();
      expect(await runtime.disposeVolume(id, "delete")).toBeNull();
      await runtime.remove(id, patience);
      expect(await runtime.observe(id)).toMatchObject({ exists: false });
      expect(await runtime.list()).not.toContain(id);
      await takeAway(id);
    });

    test("refuses to remove a workspace before anything was said about its volume", async () => {
      const id = await ready();
      await expect(runtime.remove(id, patience)).rejects.toMatchObject({ kind: "refused" });
      expect(await runtime.observe(id)).toMatchObject({ exists: true, terminating: false });
      await takeAway(id);
    });

    test("takes over a deletion that somebody else began", async () => {
      const id = await ready();
      await runtime.disposeVolume(id, "delete");
      await world.beginDeletion(id);
      expect(await runtime.observe(id)).toMatchObject({ exists: true, terminating: true, ready: false });
      await runtime.remove(id, patience);
      expect(await runtime.observe(id)).toMatchObject({ exists: false });
    });

    test("waits until a name is free, and not at all when nothing is going", async () => {
      const id = await ready();
      await runtime.waitGone(id, patience);
      expect(await runtime.observe(id)).toMatchObject({ exists: true, ready: true });
      await runtime.disposeVolume(id, "delete");
      await world.beginDeletion(id);
      const removing = runtime.remove(id, patience);
      await runtime.waitGone(id, patience);
      await removing;
      await world.provision(id);
      await runtime.waitReady(id, patience);
      await takeAway(id);
      await runtime.waitGone(id, patience);
    });

    test("keeps a volume, gives it to the next workspace, and deletes it when told", async () => {
      const first = await ready();
      const kept = await runtime.disposeVolume(first, "keep");
      expect(kept).toEqual({ volume: expect.any(String), size: expect.stringMatching(/^\d/) });
      const volume = kept?.volume ?? "";
      expect(await runtime.disposeVolume(first, "keep")).toEqual(kept);
      await runtime.remove(first, patience);
      expect(await world.volumeExists(volume)).toBe(true);
      expect(await runtime.list()).not.toContain(first);
      // After the workspace is gone, too: whoever crashed in between asks again.
      expect(await runtime.disposeVolume(first, "keep")).toEqual(kept);

      const second = world.newId();
      await runtime.reclaimVolume(volume, second);
      await runtime.reclaimVolume(volume, second);
      await world.provision(second, { existingVolume: volume });
      await runtime.waitReady(second, patience);
      await runtime.reclaimVolume(volume, second);
      await expect(runtime.reclaimVolume(volume, world.newId())).rejects.toMatchObject({ kind: "refused" });
      await expect(runtime.deleteVolume(volume, patience)).rejects.toMatchObject({ kind: "refused" });
      expect(await runtime.disposeVolume(second, "keep")).toEqual(kept);
      await runtime.remove(second, patience);
      // The first one's delete, said again by somebody who missed all that, must not take the second one's volume.
      await takeAway(first);
      expect(await world.volumeExists(volume)).toBe(true);

      await runtime.deleteVolume(volume, patience);
      expect(await world.volumeExists(volume)).toBe(false);
      await runtime.deleteVolume(volume, patience);
    });

    test("gives a workspace that was taken away behind its back its own volume again", async () => {
      const id = await ready();
      await world.beginDeletion(id);
      await runtime.waitGone(id, patience);
      const volume = (await runtime.disposeVolume(id, "keep"))?.volume ?? "";
      const again = async () => {
        await runtime.reclaimVolume(volume, id);
        await world.provision(id, { existingVolume: volume });
        await runtime.waitReady(id, patience);
      };
      await again();
      await world.beginDeletion(id);
      await runtime.waitGone(id, patience);
      await again();
      await runtime.disposeVolume(id, "delete");
      await runtime.remove(id, patience);
      expect(await world.volumeExists(volume)).toBe(false);
    });

    test("deletes a volume that was reclaimed for a workspace that never came", async () => {
      const first = await ready();
      const volume = (await runtime.disposeVolume(first, "keep"))?.volume ?? "";
      await runtime.remove(first, patience);
      await runtime.reclaimVolume(volume, world.newId());
      await runtime.deleteVolume(volume, patience);
      expect(await world.volumeExists(volume)).toBe(false);
    });

    test("changes its mind about a volume until the workspace is gone", async () => {
      const id = await ready();
      const kept = await runtime.disposeVolume(id, "keep");
      await runtime.disposeVolume(id, "delete");
      await runtime.remove(id, patience);
      expect(await world.volumeExists(kept?.volume ?? "")).toBe(false);
    });

    test("has no volume to keep where there never was one", async () => {
      expect(await runtime.disposeVolume(world.newId(), "keep")).toBeNull();
    });

    test("leaves alone what is not its own", async () => {
      const id = world.newId();
      await world.provisionForeign(id);
      await expect(runtime.assertOurs(id)).rejects.toMatchObject({ name: "RuntimeError", kind: "foreign" });
      await expect(runtime.remove(id, patience)).rejects.toMatchObject({ kind: "foreign" });
      await expect(runtime.disposeVolume(id, "delete")).rejects.toMatchObject({ kind: "foreign" });
      await expect(runtime.scale(id, 0)).rejects.toMatchObject({ kind: "foreign" });
      expect(await runtime.list()).not.toContain(id);
      await expect(runtime.assertOurs(id)).rejects.toMatchObject({ kind: "foreign" });
    });
  });
}

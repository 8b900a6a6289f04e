import { expect, test } from "vitest";
import { z } from "zod";
import type { Sink } from "../../../provisioner/runtimes/kubernetes/cache.ts";
import { ApiError } from "../../../provisioner/runtimes/kubernetes/client.ts";
import { createWatch, type WatchState } from "../../../provisioner/runtimes/kubernetes/watch.ts";
import { RuntimeError } from "../../../provisioner/runtimes/runtime.ts";

const schema = z.object({ metadata: z.object({ name: z.string(), resourceVersion: z.string() }) });
const thing = (name: string, resourceVersion: string) => ({ metadata: { name, resourceVersion } });
const event = (type: string, object: object) => ({ type, object });
const list = (revision: string, ...names: string[]) => ({
  metadata: { resourceVersion: revision },
  items: names.map((name) => thing(name, "1")),
});

type Stream = (object | Error)[];

/** A server that answers as told, list by list and watch by watch, and after the last one stays silent. */
function scripted(lists: (object | Error)[], streams: Stream[]) {
  const calls: string[] = [];
  const told: string[] = [];
  const states: WatchState[] = [];
  const pauses: number[] = [];
  const silent = Promise.withResolvers<void>();
  const sink: Sink<z.infer<typeof schema>> = {
    replace: (objects, revision) =>
      told.push(`replace ${objects.map(({ metadata }) => metadata.name).join()} @${revision}`),
    put: ({ metadata }) => told.push(`put ${metadata.name}`),
    remove: ({ metadata }) => told.push(`remove ${metadata.name}`),
    advance: (revision) => told.push(`advance ${revision}`),
  };
  const watch = createWatch({
    path: "/things",
    selector: "of=us",
    schema,
    sink,
    onState: (state) => states.push(state),
    random: () => 1,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
    },
    client: {
      async request({ query }) {
        calls.push(`list${query?.continue ? ` ${query.continue}` : ""}`);
        const answer = lists.shift();
        if (!answer) throw new Error("unexpected list");
        if (answer instanceof Error) throw answer;
        return answer;
      },
      async lines({ query, signal }) {
        calls.push(`watch ${query.resourceVersion}`);
        const stream = streams.shift();
        if (stream?.[0] instanceof Error) throw stream[0];
        return (async function* () {
          for (const line of stream ?? []) {
            if (line instanceof Error) throw line;
            yield line;
          }
          if (stream) return;
          silent.resolve();
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        })();
      },
    },
  });
  return { watch, calls, told, states, pauses, silent: silent.promise };
}

test("lists, then follows from there, and goes on from the last revision when the server ends the watch", async () => {
  const world = scripted(
    [list("5", "a")],
    [[event("ADDED", thing("b", "6")), event("DELETED", thing("a", "7")), event("BOOKMARK", thing("", "9"))]],
  );
  await world.watch.start();
  await world.silent;
  expect(world.told).toEqual(["replace a @5", "put b", "remove a", "advance 9"]);
  expect(world.calls).toEqual(["list", "watch 5", "watch 9"]);
  expect(world.pauses).toEqual([]);
  await world.watch.close();
});

test("reads a long list page by page", async () => {
  const first = { ...list("5", "a"), metadata: { resourceVersion: "5", continue: "page-2" } };
  const world = scripted([first, list("5", "b")], []);
  await world.watch.start();
  await world.silent;
  expect(world.calls).toEqual(["list", "list page-2", "watch 5"]);
  expect(world.told).toEqual(["replace a,b @5"]);
  await world.watch.close();
});

test.each([
  ["as an event", [event("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" })]],
  ["as an answer", [new ApiError(410, "Expired", "too old")]],
])("lists anew at once when the server has forgotten the revision, told %s", async (_, stream) => {
  const world = scripted([list("5", "a"), list("50", "b")], [stream]);
  await world.watch.start();
  await world.silent;
  expect(world.calls).toEqual(["list", "watch 5", "list", "watch 50"]);
  expect(world.told).toEqual(["replace a @5", "replace b @50"]);
  expect(world.pauses).toEqual([]);
  await world.watch.close();
});

test("a broken connection is told of once, tried again ever more slowly, and goes on where it was", async () => {
  const broken = new RuntimeError("unreachable", "nobody there");
  const world = scripted(
    [list("5")],
    [[event("ADDED", thing("a", "6")), broken], [broken], [broken], [event("ADDED", thing("b", "8")), broken]],
  );
  await world.watch.start();
  await world.silent;
  expect(world.calls).toEqual(["list", "watch 5", "watch 6", "watch 6", "watch 6", "watch 8"]);
  expect(world.pauses).toEqual([100, 200, 400, 100]);
  expect(world.states.map(({ connected }) => connected)).toEqual([false, true, false, true]);
  expect(world.states[0]).toEqual({ path: "/things", connected: false, error: "nobody there" });
  await world.watch.close();
});

test("fails to start when the first list fails", async () => {
  const refused = new ApiError(403, "Forbidden", "may not list");
  const world = scripted([refused], []);
  await expect(world.watch.start()).rejects.toBe(refused);
  expect(world.calls).toEqual(["list"]);
  await world.watch.close();
});

test("an object that cannot be understood is passed over, and the revision goes on", async () => {
  const odd = { metadata: { resourceVersion: "6" } };
  const world = scripted(
    [{ metadata: { resourceVersion: "5" }, items: [odd, thing("a", "1")] }],
    [[event("ADDED", odd)]],
  );
  await world.watch.start();
  await world.silent;
  expect(world.told).toEqual(["replace a @5", "advance 6"]);
  expect(world.calls).toEqual(["list", "watch 5", "watch 6"]);
  await world.watch.close();
});

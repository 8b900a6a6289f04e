import { describe, expect, it } from "vitest";
import { createQueue, type Queue } from "../../provisioner/queue/queue.ts";
import type { Database } from "../../provisioner/store/database.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();

async function withQueue(test: (queue: Queue, database: Database) => Promise<void>): Promise<void> {
  const database = await databases.create();
  const queue = createQueue(database);
  await queue.start();
  try {
    await test(queue, database);
  } finally {
    await queue.stop();
  }
}
const enqueue = (queue: Queue, database: Database, workspace: string) =>
  database.transaction((transaction) => queue.enqueue(transaction, workspace));

describe("the queue", () => {
  it("has one entry for a workspace, whether it waits or is taken", () =>
    withQueue(async (queue, database) => {
      await enqueue(queue, database, "ws-a");
      await enqueue(queue, database, "ws-a");
      await enqueue(queue, database, "ws-b");
      expect(await queue.entries()).toEqual(
        new Map([
          ["ws-a", { takenFor: undefined }],
          ["ws-b", { takenFor: undefined }],
        ]),
      );
      const jobs = await queue.fetch(10);
      expect(jobs.map(({ workspace }) => workspace).sort()).toEqual(["ws-a", "ws-b"]);
      await enqueue(queue, database, "ws-a");
      expect(await queue.fetch(10)).toEqual([]);
    }));

  it("gives each entry to one taker only", () =>
    withQueue(async (queue, database) => {
      for (let index = 0; index < 20; index += 1) await enqueue(queue, database, `ws-${index}`);
      const taken = (await Promise.all(Array.from({ length: 8 }, () => queue.fetch(5)))).flat();
      expect(new Set(taken.map(({ workspace }) => workspace)).size).toBe(20);
      expect(taken).toHaveLength(20);
    }));

  it("takes nothing in when the transaction is rolled back", () =>
    withQueue(async (queue, database) => {
      await database
        .transaction(async (transaction) => {
          await queue.enqueue(transaction, "ws-a");
          throw new Error("no");
        })
        .catch(() => {});
      expect((await queue.entries()).size).toBe(0);
    }));

  it("ends an entry and takes in the next in one transaction, or neither", () =>
    withQueue(async (queue, database) => {
      await enqueue(queue, database, "ws-a");
      const [job = { id: "", workspace: "" }] = await queue.fetch(1);
      const again = (fail: boolean) =>
        database.transaction(async (transaction) => {
          await queue.complete(transaction, job.id);
          await queue.enqueue(transaction, "ws-a");
          if (fail) throw new Error("no");
        });
      await expect(again(true)).rejects.toThrow("no");
      expect((await queue.entries()).get("ws-a")?.takenFor).toBeGreaterThanOrEqual(0);
      await again(false);
      expect(await queue.entries()).toEqual(new Map([["ws-a", { takenFor: undefined }]]));
      const [next] = await queue.fetch(1);
      expect(next?.workspace).toBe("ws-a");
      expect(next?.id).not.toBe(job.id);
    }));

  it("lets a dead taker's entry be put aside for a new one", () =>
    withQueue(async (queue, database) => {
      await enqueue(queue, database, "ws-a");
      const [job = { id: "", workspace: "" }] = await queue.fetch(1);
      await queue.touch(job.id);
      await database.transaction(async (transaction) => {
        await queue.discard(transaction, "ws-a");
        await queue.enqueue(transaction, "ws-a");
      });
      expect(await queue.fetch(1)).toHaveLength(1);
      // The dead one comes back: its entry was ended, nothing happens.
      await database.transaction((transaction) => queue.complete(transaction, job.id));
      expect((await queue.entries()).size).toBe(1);
    }));
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { accepted, created as createdAnswer } from "../../provisioner/contract/requests.ts";
import { type ApiAnswer, type ApiClient, createApiClient } from "../support/api.ts";
import { usePlatform } from "../support/platform.ts";
import { startTestProvisioner, type TestProvisioner } from "../support/provisioner.ts";

let berth: TestProvisioner;
let api: ApiClient;

beforeAll(async () => {
  berth = await startTestProvisioner(usePlatform());
  api = createApiClient(berth);
});
afterAll(() => berth?.dispose());

let count = 0;
const newOwner = (): string => `racer-${++count}`;

const create = (body: object, headers?: Readonly<Record<string, string>>, wait = 0): Promise<ApiAnswer> =>
  api.call("POST", `/v1/workspaces?wait=${wait}`, { blueprint: "home", ...body }, headers);
const change = createdAnswer.or(accepted);
const idOf = ({ body }: ApiAnswer): string => change.parse(body).workspace.id;
const operationOf = ({ body }: ApiAnswer): string => change.parse(body).operation?.id ?? "";
const statuses = (answers: readonly ApiAnswer[]): number[] => answers.map(({ status }) => status).toSorted();
const problem = z.object({ detail: z.string() });

async function removeAll(owner: string): Promise<void> {
  for (const { id } of await api.workspaces(`owner=${owner}`)) {
    const { operation } = await api.remove(id, "delete");
    if (operation) expect(await api.settled(operation.id)).toMatchObject({ outcome: "succeeded" });
  }
  expect(await berth.leftovers()).toEqual([]);
}

test("the same user twice at once: one is created, every other is refused", async () => {
  const owner = newOwner();
  const answers = await Promise.all(Array.from({ length: 5 }, () => create({ owner })));
  expect(statuses(answers)).toEqual([202, 409, 409, 409, 409]);
  const [only] = await api.workspaces(`owner=${owner}`);
  expect(await api.settled(only?.operation ?? "")).toMatchObject({ outcome: "succeeded" });
  expect(await api.workspaces(`owner=${owner}`)).toHaveLength(1);
  await removeAll(owner);
});

test("the same user twice at once, with what is there being fine: all get the same workspace", async () => {
  const owner = newOwner();
  const answers = await Promise.all(Array.from({ length: 5 }, () => create({ owner, ifExists: "return" }, {}, 120)));
  expect(new Set(answers.map(idOf)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
  expect(await api.operations(idOf(answers[0] ?? { status: 0, body: undefined }))).toHaveLength(1);
  await removeAll(owner);
});

test("the same request twice at once under one key: one workspace, one operation, the same answer", async () => {
  const owner = newOwner();
  const headers = { "idempotency-key": `key-of-${owner}` };
  const answers = await Promise.all(Array.from({ length: 4 }, () => create({ owner }, headers)));
  expect(new Set(answers.map(idOf)).size).toBe(1);
  expect(new Set(answers.map(operationOf)).size).toBe(1);
  expect((await create({ owner, name: "other" }, headers)).status).toBe(422);
  await removeAll(owner);
});

test("deleted while it is created: the creation is superseded, the deletion succeeds, nothing is left", async () => {
  const owner = newOwner();
  const created = await create({ owner });
  // As soon as its engine runs: neither before nor after.
  await api.until("the creation has begun", async () =>
    (await api.log(operationOf(created))).some((line) => line.includes("Deploying")) ? true : undefined,
  );
  const deleted = await api.call("DELETE", `/v1/workspaces/${idOf(created)}?volumes=delete&wait=120`);
  expect(deleted).toMatchObject({ status: 200, body: { operation: { kind: "delete", outcome: "succeeded" } } });
  expect(await api.operation(operationOf(created))).toMatchObject({ outcome: "superseded" });
  expect(await api.workspace(idOf(created))).toMatchObject({ phase: "deleted" });
  expect(await berth.leftovers()).toEqual([]);
});

test("deleted before its creation has begun: the same", async () => {
  const created = await create({ owner: newOwner() });
  const deleted = await api.call("DELETE", `/v1/workspaces/${idOf(created)}?volumes=delete&wait=120`);
  expect(deleted).toMatchObject({ status: 200, body: { operation: { outcome: "succeeded" } } });
  expect(await api.operation(operationOf(created))).toMatchObject({ outcome: "superseded" });
  expect(await berth.leftovers()).toEqual([]);
});

test("created while it is deleted: refused until it is gone, then made anew, with the kept volume", async () => {
  const owner = newOwner();
  const first = await create({ owner }, {}, 120);
  expect(first.status).toBe(201);
  const deletion = await api.call("DELETE", `/v1/workspaces/${idOf(first)}?volumes=keep`);
  expect(deletion.status).toBe(202);
  const refused = await create({ owner });
  expect(refused.status).toBe(409);
  // The refusal names the operation to wait for.
  expect(problem.parse(refused.body).detail).toContain("being deleted");
  expect((await create({ owner, ifExists: "return" })).status).toBe(409);
  expect(await api.settled(operationOf(deletion))).toMatchObject({ outcome: "succeeded" });
  expect((await api.keptVolumes()).filter((volume) => volume.owner === owner)).toHaveLength(1);

  const second = await create({ owner }, {}, 120);
  expect(second).toMatchObject({ status: 201, body: { workspace: { phase: "running" } } });
  expect(idOf(second)).not.toBe(idOf(first));
  expect((await api.keptVolumes()).filter((volume) => volume.owner === owner)).toEqual([]);
  await removeAll(owner);
});

test("deleted several times at once: one deletion, one outcome", async () => {
  const owner = newOwner();
  const id = idOf(await create({ owner }, {}, 120));
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => api.call("DELETE", `/v1/workspaces/${id}?volumes=delete&wait=120`)),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect((await api.operations(id)).filter(({ kind }) => kind === "delete")).toHaveLength(1);
  expect(await berth.leftovers()).toEqual([]);
});

test("stopped while it is created, then started: it ends as it was wanted last", async () => {
  const owner = newOwner();
  const created = await create({ owner });
  const id = idOf(created);
  const stopped = await api.call("POST", `/v1/workspaces/${id}/stop?wait=120`);
  expect(stopped).toMatchObject({ status: 200, body: { workspace: { phase: "stopped" } } });
  const toggles = await Promise.all([
    api.call("POST", `/v1/workspaces/${id}/start`),
    api.call("POST", `/v1/workspaces/${id}/stop`),
    api.call("POST", `/v1/workspaces/${id}/start`),
  ]);
  expect(toggles.every(({ status }) => status < 300)).toBe(true);
  const { desired } = await api.workspace(id);
  const wanted = { running: "running", stopped: "stopped", deleted: "deleted" }[desired];
  const end = await api.until("it is as wanted", async () => {
    const now = await api.workspace(id);
    return now.generation === now.observedGeneration ? now : undefined;
  });
  expect(end.phase).toBe(wanted);
  const outcomes = (await api.operations(id)).map(({ outcome }) => outcome);
  expect(outcomes.every((outcome) => outcome === "succeeded" || outcome === "superseded")).toBe(true);
  await removeAll(owner);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foundationNames } from "../../components/platform/names.ts";
import { flattenPlan } from "../../components/workspace/plan.ts";
import { apply, at, pathOf, until } from "../support/cluster.ts";
import { createFoundation, foundationFor, newTag, type TestFoundation } from "../support/foundation.ts";
import { type Attempt, attemptsOn, stageOn } from "./attempts.ts";

const tag = newTag();
const spec = foundationFor(tag);
const names = foundationNames(spec);
const stage = stageOn(spec, tag);
let volume: string;
const { allowed, refused, refusedDespiteEveryRight } = attemptsOn(spec, tag, () => volume);
let foundation: TestFoundation;

beforeAll(async () => {
  foundation = await createFoundation(spec);
  const { admin, engine } = foundation;
  await apply(admin, stage.foreign);
  // Policies come into force when the API server's own watch has seen them.
  await inForce("make a namespace of another name", "delete a foreign volume");
  await apply(engine, flattenPlan(stage.plan));
  await inForce("claim a volume of another class", "open a node port", "make a ServiceAccount's token secret");
  volume = await until("the home volume is bound", async () => {
    const name = at((await engine.call("GET", pathOf(stage.plan.home))).body, "spec", "volumeName");
    return typeof name === "string" ? name : undefined;
  });
});

afterAll(async () => {
  const { admin } = foundation;
  await admin.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${names.engineRole}-admin`);
  await admin.call("DELETE", `/api/v1/persistentvolumes/${stage.foreignVolume}`);
  await foundation.dispose([stage.ours, stage.unlabelled, stage.others, stage.plain]);
});

async function inForce(...attempts: readonly string[]): Promise<void> {
  for (const what of attempts) {
    const [attempt, why] = refused[what] ?? [];
    if (attempt === undefined || why === undefined) throw new Error(`no attempt "${what}"`);
    await until(`what refuses to ${what} is in force`, async () =>
      why.test((await tryOut(attempt())).message) ? true : undefined,
    );
  }
}

/** Tries without effect: admission judges a dry run like a real one. */
async function tryOut({ method, path, body }: Attempt) {
  return foundation.engine.call(method, method === "GET" ? path : `${path}?dryRun=All`, body);
}

describe("the engine's identity", () => {
  test.each(Object.entries(allowed))("may %s", async (_what, attempt) => {
    const answer = await tryOut(attempt());
    expect({ refusal: answer.status < 300 ? null : answer.message }).toEqual({ refusal: null });
  });

  test.each(Object.entries(refused))("may not %s", async (_what, [attempt, why]) => {
    const answer = await tryOut(attempt());
    expect([answer.status, answer.message]).toEqual([403, expect.stringMatching(why)]);
  });
});

describe("the engine's identity with every right of the cluster", () => {
  beforeAll(async () => {
    await apply(foundation.admin, [
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: `${names.engineRole}-admin` },
        ...{ roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" } },
        ...{ subjects: [{ kind: "ServiceAccount", name: names.serviceAccounts.engine, namespace: names.namespace }] },
      },
    ]);
    await until("the rights are in force", async () => {
      const { status } = await foundation.engine.call("GET", "/api/v1/namespaces/kube-system/secrets");
      return status === 200 ? true : undefined;
    });
  });

  test.each(Object.entries(refusedDespiteEveryRight))("may not %s", async (_what, [attempt, why]) => {
    const answer = await tryOut(attempt());
    expect([answer.status, answer.message]).toEqual([403, expect.stringMatching(why)]);
  });
});

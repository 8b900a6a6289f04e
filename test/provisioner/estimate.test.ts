import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signMessage } from "../../examples/signup/sign.ts";
import { estimateShape } from "../../provisioner/workspaces/estimate.ts";
import { blueprintNamed } from "../../provisioner/workspaces/refusals.ts";
import { createHarness, type Harness } from "./api-harness.ts";

const context = { region: "us-east-1", instanceType: "m7i.xlarge", capacity: "spot", spotDiscount: 0.5 } as const;
const costs = { context, hoursPerMonth: 200 };

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness({ costs });
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

const service = () => harness.as(harness.tokens.service);
const estimateOf = (blueprint: string, parameters = {}, usage = {}) =>
  estimateShape(blueprintNamed(blueprint).shape(parameters), costs, usage);

describe("POST /v1/estimate", () => {
  test("answers the sum by item, for one and for all users, with what it takes for granted", async () => {
    const parameters = { cpuRequest: "500m", memoryRequest: "1Gi" };
    const answer = await service().post("/v1/estimate", {
      blueprint: "desktop",
      parameters,
      hoursPerMonth: 100,
      users: 10,
    });
    expect([answer.status, answer.json]).toEqual([
      200,
      estimateOf("desktop", parameters, { hoursPerMonth: 100, users: 10 }),
    ]);
    const { items, monthlyUsd, users, monthlyUsdForAll, assumptions } = answer.json;
    expect(items.reduce((sum: number, item: { monthlyUsd: number }) => sum + item.monthlyUsd, 0)).toBeCloseTo(
      monthlyUsd,
      6,
    );
    expect(users).toBe(10);
    expect(monthlyUsdForAll).toBeCloseTo(10 * monthlyUsd, 6);
    expect(assumptions).toMatchObject({ assumed: false, ...context, hoursPerMonth: 100 });
    expect(assumptions.nodes).toBe(Math.ceil(10 / assumptions.workspacesPerNode));
  });

  test("takes the blueprint's defaults, the installation's hours and one user where nothing else is said", async () => {
    const { json } = await service().post("/v1/estimate", { blueprint: "home" });
    expect(json).toEqual(estimateOf("home"));
    expect(json).toMatchObject({ users: 1, assumptions: { hoursPerMonth: 200 } });
  });

  test("may be asked by every token, and changes nothing", async () => {
    const before = await harness.rows();
    for (const token of [harness.tokens.admin, harness.tokens.service, harness.tokens.alice]) {
      expect((await harness.as(token).post("/v1/estimate", { blueprint: "home" })).status).toBe(200);
    }
    expect((await harness.as(null).post("/v1/estimate", { blueprint: "home" })).status).toBe(401);
    expect(await harness.rows()).toEqual(before);
  });

  test("counts towards a token's requests", async () => {
    const strict = (await harness.another({ limits: { requestsPerMinute: 2 } }))(harness.tokens.service);
    const statuses = [];
    for (let times = 0; times < 3; times++) {
      statuses.push((await strict.post("/v1/estimate", { blueprint: "home" })).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  const wrong: readonly { body: object; field: string; value: string; fix: string }[] = [
    {
      body: { blueprint: "laptop" },
      field: "blueprint",
      value: '"laptop"',
      fix: "Choose one of: desktop, home, ide, sandbox.",
    },
    { body: {}, field: "blueprint", value: "(missing)", fix: "is needed" },
    {
      body: { blueprint: "home", parameters: { volumeSize: "1Pi" } },
      field: "parameters.volumeSize",
      value: '"1Pi"',
      fix: 'Write memory or storage as a Kubernetes quantity above zero: "256Mi", "4Gi" or "20G".',
    },
    {
      body: { blueprint: "home", parameters: { ram: "1Gi" } },
      field: "parameters.ram",
      value: '"1Gi"',
      fix: "is not known here: leave it out",
    },
    {
      body: { blueprint: "home", owner: "alice" },
      field: "owner",
      value: '"alice"',
      fix: "is not known here: leave it out",
    },
    { body: { blueprint: "home", hoursPerMonth: -1 }, field: "hoursPerMonth", value: "-1", fix: "must be at least 0" },
    {
      body: { blueprint: "home", hoursPerMonth: 745 },
      field: "hoursPerMonth",
      value: "745",
      fix: "must be at most 744, the hours of a month",
    },
    { body: { blueprint: "home", users: 0 }, field: "users", value: "0", fix: "must be at least 1" },
    { body: { blueprint: "home", users: 1.5 }, field: "users", value: "1.5", fix: "must be a whole number" },
    { body: { blueprint: "home", users: 1e7 }, field: "users", value: "10000000", fix: "must be at most 1000000" },
    {
      body: { blueprint: "desktop", parameters: { cpuRequest: "8", cpuLimit: "8" } },
      field: "parameters",
      value: '{"cpuRequest":"8","cpuLimit":"8"}',
      fix: "The nodes here are reckoned to be m7i.xlarge, and none has room for 8 CPU and 4Gi of memory beside the system's own: ask for less.",
    },
  ];
  test.each(wrong)("refuses $body: $fix", async ({ body, field, value, fix }) => {
    const { status, json } = await service().post("/v1/estimate", body);
    expect({ status, type: json.type, errors: json.errors }).toEqual({
      status: 422,
      type: "urn:berth:problem:invalid",
      errors: [{ field, value, fix }],
    });
  });
});

describe("an answer of a create says what the workspace costs", () => {
  test("when it is accepted, when it runs, and when it was there", async () => {
    const estimate = estimateOf("home");
    const body = { owner: "alice", blueprint: "home", ifExists: "return" };
    const pending = await service().post("/v1/workspaces", body);
    expect([pending.status, pending.json.estimate]).toEqual([202, estimate]);
    await harness.settleNext("succeeded");
    const found = await service().post("/v1/workspaces", body);
    expect([found.status, found.json.estimate]).toEqual([200, estimate]);
    const made = service().post("/v1/workspaces?wait=30", { owner: "bob", blueprint: "home" });
    await harness.settleNext("succeeded");
    expect([(await made).status, (await made).json.estimate]).toEqual([201, estimate]);
  });

  test("with its own parameters, or null where it fits no node", async () => {
    const create = async (owner: string, parameters: object) =>
      (await service().create({ owner, blueprint: "desktop", parameters })).estimate;
    expect(await create("alice", { volumeSize: "100Gi" })).toEqual(estimateOf("desktop", { volumeSize: "100Gi" }));
    expect(await create("bob", { cpuRequest: "8", cpuLimit: "8" })).toBeNull();
  });

  test("of a sign-up", async () => {
    const body = JSON.stringify({ type: "user.created", data: { id: "user_2abc", username: "carol" } });
    const answer = await harness.app.request("/v1/webhooks/signup", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...signMessage({ id: "msg-1", at: new Date(), body, secret: harness.webhookSecret }),
      },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { result: "accepted", estimate: estimateOf("home") }]);
  });

  test("of Matrix OS's containers, beside the documented fields; Nelieo's stays as it is documented", async () => {
    const home = service().post("/containers/provision", { handle: "dora", clerkUserId: "user_dora" });
    await harness.settleNext("succeeded");
    const { estimate, ...documented } = (await home).json;
    expect(estimate).toEqual(estimateOf("home"));
    expect(documented).toEqual((await service().get("/containers/dora")).json);
    const desktop = service().post("/api/v1/workspace/provision", { userId: "emil" });
    await harness.settleNext("succeeded");
    expect((await desktop).json).toEqual({
      userId: "emil",
      workspaceUrl: "https://emil.workspace.example.com",
      status: "provisioned",
    });
  });
});

describe("what is over budget is refused", () => {
  const { monthlyUsd } = estimateOf("home");
  const fix =
    "Ask for less: smaller parameters. Or have the operator raise BERTH_WORKSPACE_BUDGET (`provisioner.budget.workspaceMonthlyUsd` of a platform), or count on fewer than 200 hours a month by BERTH_PRICE_HOURS (`provisioner.costs.hoursPerMonth`).";
  let thrifty: Harness;
  beforeAll(async () => {
    thrifty = await createHarness({ costs, budgets: { workspaceMonthlyUsd: monthlyUsd } });
  });
  afterAll(() => thrifty?.close());
  beforeEach(() => thrifty.clear());
  const thriftyService = () => thrifty.as(thrifty.tokens.service);

  test("with a problem document that shows the sum, the budget and what to do, and changes nothing", async () => {
    const before = await thrifty.rows();
    const { status, headers, json } = await thriftyService().post("/v1/workspaces", {
      owner: "alice",
      blueprint: "home",
      parameters: { volumeSize: "10Gi" },
    });
    const estimate = estimateOf("home", { volumeSize: "10Gi" });
    expect({ status, type: headers.get("content-type"), json }).toEqual({
      status: 403,
      type: "application/problem+json",
      json: {
        type: "urn:berth:problem:over-budget",
        title: "It would cost more than it may",
        status: 403,
        detail: expect.stringMatching(/^This costs \$/),
        instance: expect.any(String),
        errors: [{ field: "parameters", value: expect.stringContaining('"volumeSize":"10Gi"'), fix }],
      },
    });
    const [head, ...lines] = json.detail.split("\n");
    const dollars = (usd: number) => `$${usd.toFixed(2)}`;
    expect(head).toBe(
      `This costs ${dollars(estimate.monthlyUsd)} a month, ${dollars(estimate.monthlyUsd - monthlyUsd)} above the budget of ${dollars(monthlyUsd)}:`,
    );
    const shown = [...estimate.items]
      .sort((one, other) => other.monthlyUsd - one.monthlyUsd)
      .map((item) => `  ${dollars(item.monthlyUsd)}  ${item.item}`);
    expect(lines).toEqual([...shown, `  ${dollars(estimate.monthlyUsd)}  together`, fix]);
    expect(await thrifty.rows()).toEqual(before);
  });

  test("by the change of a workspace that is there, too", async () => {
    const { workspace } = await thriftyService().create({ owner: "alice", blueprint: "home" });
    const path = `/v1/workspaces/${workspace.id}`;
    const refused = await thriftyService().patch(path, { parameters: { volumeSize: "10Gi" } });
    expect([refused.status, refused.json.type]).toEqual([403, "urn:berth:problem:over-budget"]);
    expect((await thriftyService().get(path)).json.parameters.volumeSize).toBe("5Gi");
  });

  test("for existing systems' calls with what their clients read, for sign-ups for good", async () => {
    const desktop = await thriftyService().post("/api/v1/workspace/provision", { userId: "emil" });
    expect([desktop.status, desktop.json.error]).toEqual([403, desktop.json.detail]);
    const signups = await thrifty.anotherApp({ signup: { secrets: [thrifty.webhookSecret], blueprint: "desktop" } });
    const body = JSON.stringify({ type: "user.created", data: { id: "user_2abc", username: "carol" } });
    const answer = await signups.request("/v1/webhooks/signup", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...signMessage({ id: "msg-2", at: new Date(), body, secret: thrifty.webhookSecret }),
      },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { result: "refused" }]);
    expect((await thrifty.rows()).workspaces).toBe(0);
  });

  test("and counted", async () => {
    await thriftyService().post("/v1/workspaces", { owner: "alice", blueprint: "desktop" });
    const { text } = await thrifty.as(thrifty.tokens.admin).get("/metrics");
    expect(text).toMatch(/^berth_over_budget_total\{route="\/v1\/workspaces"\} [1-9]/m);
  });
});

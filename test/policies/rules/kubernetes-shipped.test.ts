import { beforeAll, describe, expect, test } from "vitest";
import { blueprints } from "../../../components/workspace/blueprints/index.ts";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { judge } from "../../../policies/judge.ts";
import type { ResourceSubject } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { parseSettings } from "../../../policies/settings.ts";
import { localConfig } from "../../../stacks/config.ts";
import { localProgram } from "../../../stacks/local.ts";
import { workspaceProgram } from "../../../stacks/workspace.ts";
import { registrationsOf } from "../../support/mocks.ts";
import { runShippedPlatform } from "../../support/platform-program.ts";
import { stackOf, subjectsOf } from "../../support/policy-subjects.ts";
import { desktopOrder, homeOrder } from "../../unit/components/orders.ts";

const ofCluster = rules.filter(({ name }) => /^(kubernetes|stack-output)-/.test(name));

/** What the rules about the cluster say of a program, as they are set by default. */
const judged = (subjects: readonly ResourceSubject[]) =>
  judge(ofCluster, parseSettings(ofCluster, {}), subjects, "2026-11-21");

describe.each(["dev", "prod"] as const)("the program of %s", (stack) => {
  let subjects: readonly ResourceSubject[] = [];
  beforeAll(async () => {
    const { result, registered } = await runShippedPlatform(stack);
    subjects = [...subjectsOf(registered, stack), await stackOf(result, stack)];
  }, 60_000);

  test("keeps every rule about its cluster and its outputs, without an exception", () => {
    expect(judged(subjects)).toEqual([]);
  });

  test("meets every rule about kinds that a platform has", () => {
    const types = new Set(subjects.map(({ type }) => type));
    const idle = ofCluster.filter((rule) => "types" in rule && !rule.types.some((type) => types.has(type)));
    // A platform has neither an Ingress nor a claim of its own: those are workspaces'.
    expect(idle.map(({ name }) => name)).toEqual([
      "kubernetes-ingress-encrypt",
      "kubernetes-persistent-volume-claim-keep",
    ]);
  });
});

describe("the local program", () => {
  test("keeps every rule", async () => {
    const config = localConfig.parse({
      installation: "local",
      cluster: {},
      storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
    });
    const { result, registered } = await registrationsOf(() => localProgram(config), "local");
    const subjects = [...subjectsOf(registered, "local"), await stackOf(result, "local")];
    expect(judged(subjects)).toEqual([]);
  });
});

describe("a workspace's program", () => {
  const orders = Object.keys(blueprints).map((blueprint) => ({ ...desktopOrder, blueprint }));
  const register = async (order: typeof desktopOrder, expose: "router" | "ingress") => {
    const spec = composeWorkspace({ ...order, expose });
    const { result, registered } = await registrationsOf(() => workspaceProgram(spec), order.id);
    return [...subjectsOf(registered, order.id), await stackOf(result, order.id)];
  };

  test.each(orders)("keeps every rule, of $blueprint", async (order) => {
    expect(judged(await register(order, "router"))).toEqual([]);
  });

  test.each(orders)("keeps every rule with an Ingress of its own, of $blueprint", async (order) => {
    expect(judged(await register(order, "ingress"))).toEqual([]);
  });

  test("keeps every rule with all said that can be, from a registry that is trusted", async () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    const image = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth-prod/home${digest}`;
    expect(judged(await register({ ...homeOrder, config: { image } }, "ingress"))).toEqual([]);
  });

  test("breaks the rules about images with one from elsewhere by any name", async () => {
    const config = { image: "somebody/home:latest" };
    const found = judged(await register({ ...homeOrder, config }, "router"));
    expect(found.map(({ rule }) => rule)).toEqual(["kubernetes-pod-pin-image", "kubernetes-pod-trust-registry"]);
  });
});

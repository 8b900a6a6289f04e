import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownershipTags } from "../../components/core/tags.ts";
import { applyObject } from "../../provisioner/runtimes/kubernetes/apply.ts";
import type { KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";
import { adminClient } from "../support/kubernetes.ts";
import { usePlatform } from "../support/platform.ts";
import { type Edit, PlatformStack, shown } from "../support/platform-stack.ts";

// One platform that comes about against all odds: each test is one more attempt at the same `up`.
let dev: PlatformStack;
let kubernetes: KubernetesClient;

beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  kubernetes = await adminClient(kubeconfig);
  dev = await PlatformStack.create("dev", kubeconfig);
});
afterAll(async () => {
  kubernetes?.close();
  await dev?.dispose();
});

const database = "aws:rds/instance:Instance";
const cluster = "aws:eks/cluster:Cluster";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const address = "aws:ec2/eip:Eip";

const withEndpoints: Edit = (config) => {
  config.network.endpoints = ["s3", "sts"];
};

/** What nobody's state knows of. */
const orphans = (): readonly string[] => {
  const known = new Set(dev.inState());
  return dev.inCloud().filter((one) => !known.has(one));
};

describe("an up", () => {
  test("that AWS refuses half-way leaves what the state knows, and nothing of what was refused", async () => {
    dev.cloud.fail({ operation: "create", type: database, message: "InsufficientDBInstanceCapacity" });
    expect((await dev.failingUp()).said).toContain("InsufficientDBInstanceCapacity");
    expect(dev.cloud.resources(database)).toEqual([]);
    expect(dev.inCloud().length).toBeGreaterThan(20);
    expect(orphans()).toEqual([]);
  });

  test("that AWS does not finish in time leaves it known, and the next one goes on with it", async () => {
    dev.cloud.fail({
      operation: "create",
      type: cluster,
      message: "timeout while waiting for state ACTIVE",
      when: "partly",
    });
    expect((await dev.failingUp()).said).toContain("timeout while waiting for state ACTIVE");
    expect(dev.cloud.resources(cluster)).toHaveLength(1);
    expect(orphans()).toEqual([]);
  });

  test("that the cluster refuses says what the cluster said", async () => {
    await refuseTunnel(kubernetes);
    const { said } = await dev.failingUp();
    await letTunnel(kubernetes);
    expect(said).toContain("no tunnel today");
    expect(orphans()).toEqual([]);
  });

  test("that nobody refuses makes the rest, and nothing twice", async () => {
    expect([...new Set((await dev.up()).steps.map(({ op }) => op))]).toEqual(["create"]);
    expect(dev.inCloud()).toEqual(dev.inState());
    expect(await dev.up()).toMatchObject({ steps: [] });
  });

  test("that is killed leaves a lock; once a person has lifted it the next one completes", async () => {
    dev.cloud.forgetCalls();
    dev.cloud.fail({ operation: "create", type: endpoint, delayMs: 300_000 });
    const { child, ended } = dev.startUp(withEndpoints);
    const begun = () => dev.cloud.calls().some(({ operation, type }) => operation === "create" && type === endpoint);
    await expect.poll(begun, { timeout: 120_000 }).toBe(true);
    child.kill("SIGKILL");
    await ended;
    expect((await dev.failingUp(withEndpoints)).said).toContain("the stack is currently locked");
    await dev.run(["cancel", "--yes"]);
    expect(orphans()).toEqual([]);

    const { said, steps } = await dev.up(withEndpoints);
    expect(said).toContain("pending operations");
    expect(shown(steps)).toEqual(["create VpcEndpoint network-endpoint-sts"]);
    expect(dev.inCloud()).toEqual(dev.inState());
    expect(await dev.up(withEndpoints)).toMatchObject({ steps: [] });
  });

  test("whose call AWS answers to nobody leaves one thing twice, and its tags say whose it is", async () => {
    const edit: Edit = (config) => {
      withEndpoints(config);
      config.network.nat = "one-per-zone";
    };
    dev.cloud.fail({ operation: "create", type: address, message: "connection reset by peer", when: "after" });
    expect((await dev.failingUp(edit)).said).toContain("connection reset by peer");
    await dev.up(edit);
    const [orphan, ...more] = orphans();
    expect(more).toEqual([]);
    const id = String(orphan).slice(address.length + 1);
    const found = dev.cloud.resources(address).find((resource) => resource.id === id);
    expect(found?.state.tagsAll).toMatchObject(
      ownershipTags({ installation: "dev", stack: "dev", owner: "platform-team", costCentre: "engineering" }),
    );
    dev.cloud.lose(address, id);
  });
});

describe("a destroy", () => {
  test("that fails half-way is completed by the next one", async () => {
    await dev.up((config) => {
      config.protect = "no";
    });
    dev.cloud.fail({ operation: "delete", type: database, message: "InvalidDBInstanceState" });
    const { steps } = await dev.failingDestroy();
    expect(steps.length).toBeGreaterThan(100);
    expect(orphans()).toEqual([]);
    await dev.destroy();
    // The key of the database's last snapshot stays.
    expect([dev.inCloud(), dev.resources()]).toEqual([[expect.stringMatching(/^aws:kms\/key:Key /)], []]);
  });
});

const policy = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "berth-test-no-tunnel" },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] }],
    },
    validations: [{ expression: "object.metadata.namespace != 'berth-tunnel'", message: "no tunnel today" }],
  },
};
const binding = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name: "berth-test-no-tunnel" },
  spec: { policyName: "berth-test-no-tunnel", validationActions: ["Deny"] },
};

async function refuseTunnel(client: KubernetesClient): Promise<void> {
  for (const manifest of [policy, binding]) await applyObject(client, manifest, "berth-test");
}

async function letTunnel(client: KubernetesClient): Promise<void> {
  const root = "/apis/admissionregistration.k8s.io/v1";
  await client.request({ method: "DELETE", path: `${root}/validatingadmissionpolicybindings/berth-test-no-tunnel` });
  await client.request({ method: "DELETE", path: `${root}/validatingadmissionpolicies/berth-test-no-tunnel` });
}

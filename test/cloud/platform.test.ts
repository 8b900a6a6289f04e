import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelKeys, managedBy } from "../../components/core/labels.ts";
import { ownershipTags } from "../../components/core/tags.ts";
import { pathOf } from "../../provisioner/runtimes/kubernetes/apply.ts";
import { type KubernetesClient, mergePatch } from "../../provisioner/runtimes/kubernetes/client.ts";
import { platformPicture } from "../../toolchain/graph/picture.ts";
import { summarize } from "../../toolchain/graph/summary.ts";
import { at } from "../support/cluster.ts";
import { adminClient, exists } from "../support/kubernetes.ts";
import { usePlatform } from "../support/platform.ts";
import { type Edit, nameOf, type Outcome, PlatformStack, shown } from "../support/platform-stack.ts";
import { batches, lost, matching, otherImage } from "./platform-changes.ts";

// The program `dev` as a person has it: the checkout's entry and configuration, through the CLI and the real engine. AWS,
// Cloudflare and Docker are stand-ins; what is in the cluster is on the run's Kubernetes. These tests are one life of a
// platform, from nothing to nothing: each stands on those before it.
let dev: PlatformStack;
let kubernetes: KubernetesClient;
let first: { readonly preview: Outcome; readonly up: Outcome };

beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  kubernetes = await adminClient(kubeconfig);
  dev = await PlatformStack.create("dev", kubeconfig);
  first = { preview: await dev.preview(), up: await dev.up() };
}, 300_000);
afterAll(async () => {
  kubernetes?.close();
  await dev?.dispose();
});

describe("from nothing", () => {
  test("a preview announces what an up makes, and every part of a platform is in it", () => {
    expect(shown(first.preview.steps)).toEqual(shown(first.up.steps));
    expect([...new Set(first.up.steps.map(({ op }) => op))]).toEqual(["create"]);
    const parts = first.up.steps.flatMap(({ type }) => (type.startsWith("berth:") ? [type.split(":")[1]] : []));
    expect([...new Set(parts)].sort()).toEqual([
      ...["backup", "certificates", "cluster", "database", "dns", "ingress", "network", "nodes", "observability"],
      ...["platform", "provisioner", "registry", "state", "storage", "tunnel"],
    ]);
  });

  test("a second up has nothing to do", async () => {
    expect(await dev.up()).toMatchObject({ steps: [], same: first.up.steps.length });
  });
});

describe("what was made", () => {
  test("is all that there is in the cloud", () => {
    expect(dev.inCloud()).toEqual(dev.inState());
  });

  test("is what the picture in the docs shows", async () => {
    const picture = await platformPicture("What `pulumi up -s dev` makes", summarize(dev.resources()));
    await expect(picture).toMatchFileSnapshot("../../docs/images/platform-dev.svg");
  });

  test("says in AWS whose it is, and who pays", () => {
    const tags = ownershipTags({
      installation: "dev",
      stack: "dev",
      owner: "platform-team",
      costCentre: "engineering",
    });
    const taggable = dev.cloud.resources().filter(({ state }) => state.tagsAll !== undefined);
    expect(taggable.length).toBeGreaterThan(60);
    const wrong = taggable.filter(({ state }) =>
      Object.entries(tags).some(([key, value]) => at(state, "tagsAll", key) !== value),
    );
    expect(wrong.map(({ urn }) => urn)).toEqual([]);
  });

  test("says in the cluster whose it is", () => {
    const objects = dev
      .resources()
      .filter(({ type }) => type.startsWith("kubernetes:") && type !== "kubernetes:helm.sh/v3:Release");
    expect(objects.length).toBeGreaterThan(80);
    const wrong = objects.filter(({ outputs }) => at(outputs, "metadata", "labels", labelKeys.managedBy) !== managedBy);
    expect(wrong.map(({ urn }) => urn)).toEqual([]);
  });

  test("is protected where it holds data, or holds everything together", () => {
    const kept = dev.resources().filter(({ protect }) => protect === true);
    const types = new Set(kept.map(({ type }) => type));
    expect([...types].sort()).toEqual([
      ...["aws:backup/vault:Vault", "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc", "aws:ecr/repository:Repository"],
      ...["aws:eks/cluster:Cluster", "aws:kms/key:Key", "aws:lb/loadBalancer:LoadBalancer"],
      ...["aws:rds/instance:Instance", "aws:s3/bucket:Bucket"],
    ]);
    const others = dev.resources().filter(({ type, protect }) => types.has(type) && protect !== true);
    expect(others.map(({ urn }) => nameOf(urn))).toEqual(["alarms-key"]);
  });

  test("keeps its secrets: they are nowhere in the clear but where a person asks for them", async () => {
    const asked: unknown = JSON.parse(await dev.run(["stack", "output", "--json", "--show-secrets"]));
    const outputs = await dev.run(["stack", "output", "--json"]);
    const token = await kubernetes.request({ path: pathOf(dev.objectOf("tunnel-token")) });
    const secrets = {
      adminToken: at(asked, "adminToken"),
      kubeconfig: at(JSON.parse(String(at(asked, "kubeconfig"))), "users", 0, "user", "token"),
      tunnelToken: decoded(Object.values(Object(at(token, "data")))[0]),
      dnsToken: dev.cloud.resource("cloudflare:index/accountToken:AccountToken").state.value,
    };
    const seen = { checkpoint: dev.checkpoint(), outputs, said: dev.everythingSaid() };
    for (const [name, secret] of Object.entries(secrets)) {
      expect(String(secret).length, name).toBeGreaterThanOrEqual(32);
      const told = Object.entries(seen).filter(([, text]) => text.includes(String(secret)));
      expect(
        told.map(([place]) => place),
        name,
      ).toEqual([]);
    }
  });
});

describe("a changed configuration", () => {
  test.each(batches())("$what", async ({ edit, steps }) => {
    const outcome = await dev.preview(edit);
    expect(lost(outcome.steps)).toEqual([]);
    expect(matching(shown(outcome.steps), steps)).toEqual(steps.toSorted());
    expect(outcome.same + outcome.steps.filter(({ op }) => op !== "create").length).toBe(first.up.steps.length);
  });

  test("of an image rolls what runs it, after another migration", async () => {
    dev.changeImage();
    expect(shown((await dev.preview()).steps)).toEqual(otherImage.toSorted());
    expect(shown((await dev.up()).steps)).toEqual(otherImage.toSorted());
  });

  test("is what an up makes of it, and back", async () => {
    const edit: Edit = (config) => {
      config.costCentre = "research";
    };
    const { steps } = await dev.preview(edit);
    expect(shown((await dev.up(edit)).steps)).toEqual(shown(steps));
    expect(shown((await dev.up()).steps)).toEqual(shown(steps));
    expect(dev.inCloud()).toEqual(dev.inState());
  });
});

describe("what somebody changed by hand", () => {
  test("is nothing, as long as nobody did", async () => {
    expect((await dev.refresh()).drift).toEqual([]);
  });

  test("is found and mended", async () => {
    const rule = dev.cloud.resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "database-from-nodes");
    const bucket = dev.cloud.resource("aws:s3/bucket:Bucket");
    dev.cloud.drift(rule.type, rule.id, { fromPort: 0, toPort: 65_535 });
    dev.cloud.drift(bucket.type, bucket.id, { forceDestroy: true });
    const log = dev.cloud.resource("aws:cloudwatch/logGroup:LogGroup", "logs-log-group");
    dev.cloud.lose(log.type, log.id);
    await kubernetes.request({
      method: "PATCH",
      path: pathOf(dev.objectOf("provisioner-engine")),
      body: { spec: { replicas: 0 } },
      contentType: mergePatch,
    });
    await kubernetes.request({ method: "DELETE", path: pathOf(dev.objectOf("provisioner-deny-all")) });
    const { drift } = await dev.refresh();
    expect(shown(drift)).toEqual([
      ...["delete LogGroup logs-log-group", "delete NetworkPolicy provisioner-deny-all"],
      ...["update Bucket state-bucket", "update Deployment provisioner-engine"],
      "update SecurityGroupIngressRule database-from-nodes",
    ]);
    expect(shown((await dev.up()).steps)).toEqual([
      ...["create LogGroup logs-log-group", "create NetworkPolicy provisioner-deny-all"],
      ...["update Bucket state-bucket", "update Deployment provisioner-engine"],
      "update SecurityGroupIngressRule database-from-nodes",
    ]);
    expect((await dev.refresh()).drift).toEqual([]);
  });
});

describe("tearing down", () => {
  test("is refused while data is protected, and loses nothing", async () => {
    const before = dev.inCloud();
    expect((await dev.failingDestroy()).said).toContain("protect");
    expect(dev.inCloud()).toEqual(before);
  });

  test("leaves nothing once it is asked for, but the key of the database's backups", async () => {
    const key = dev.resources().find(({ urn, type }) => type === "aws:kms/key:Key" && nameOf(urn) === "database-key");
    await dev.up((config) => {
      config.protect = "no";
    });
    await dev.destroy();
    expect(dev.inCloud()).toEqual([`aws:kms/key:Key ${key?.id}`]);
    expect(dev.resources()).toEqual([]);
    for (const namespace of ["berth-system", "berth-monitoring", "berth-tunnel", "berth-edge", "cert-manager"]) {
      expect(await exists(kubernetes, `/api/v1/namespaces/${namespace}`), namespace).toBe(false);
    }
  });
});

function decoded(text: unknown): string {
  return Buffer.from(String(text), "base64").toString("utf8");
}

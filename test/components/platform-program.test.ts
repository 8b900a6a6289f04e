import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { workspaceCostContext } from "../../stacks/cost.ts";
import type { Registration } from "../support/mocks.ts";
import { readPlatform, shippedConfig } from "../support/platform-config.ts";
import { registerPlatform, shippedPlatform } from "../support/platform-program.ts";

/** One line for each resource: another name or parent would be another resource, in the place of the old one. */
function lines(registered: readonly Registration[]): string {
  const told = registered.map(({ type, name, parent, protect }) =>
    [parent ?? "-", name, type, ...(protect ? ["protected"] : [])].join("  "),
  );
  return `${told.sort().join("\n")}\n`;
}

/** The same data with the keys of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

const byName = (registered: readonly Registration[]) =>
  Object.fromEntries(
    registered
      .map((resource) => [
        `${resource.type} ${resource.name}`,
        { ...resource, dependsOn: [...resource.dependsOn].sort() },
      ])
      .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
  );

describe.each(["dev", "prod"] as const)("the program of %s", (stack) => {
  let registered: readonly Registration[] = [];
  beforeAll(async () => {
    registered = await shippedPlatform(stack);
  });

  test("registers every part under a name that lasts", async () => {
    await expect(lines(registered)).toMatchFileSnapshot(`expected/platform-${stack}.txt`);
  });

  test("registers the same whatever the order of its configuration", async () => {
    const written = shippedConfig(stack);
    const network: unknown = written.network;
    if (typeof network !== "object" || network === null || !("zones" in network) || !Array.isArray(network.zones)) {
      throw new Error("There are no zones.");
    }
    const other = turned({ ...written, network: { ...network, zones: network.zones.toReversed() } });
    if (typeof other !== "object" || other === null) throw new Error("It is no configuration.");
    expect(byName(await registerPlatform(readPlatform({ ...other }), stack))).toEqual(byName(registered));
  });

  test("tells the API, and it alone, what workspaces' nodes are, for what they cost", () => {
    const settings = registered.filter(({ name }) => /^provisioner-\w+-settings$/.test(name));
    const told = settings.map(({ name, inputs }) => {
      const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(inputs);
      return [name, Object.fromEntries(Object.entries(data).filter(([key]) => /PRICE|BUDGET/.test(key)))];
    });
    expect(Object.fromEntries(told)).toEqual({
      "provisioner-api-settings": {
        BERTH_PRICE_REGION: "eu-central-1",
        BERTH_PRICE_INSTANCE_TYPE: "m7i.2xlarge",
        BERTH_PRICE_CAPACITY: stack === "dev" ? "spot" : "on-demand",
        BERTH_PRICE_HOURS: "730",
        BERTH_PRICE_NODE_DISK: "100",
        BERTH_PRICE_BACKUP_DAYS: String(workspaceCostContext(readPlatform(shippedConfig(stack))).backupDays),
      },
      "provisioner-engine-settings": {},
      "provisioner-router-settings": {},
    });
  });

  test("guards all that holds data, and what could not be had again", () => {
    const guarded = new Set(registered.filter(({ protect }) => protect).map(({ type }) => type));
    for (const type of [
      ...["aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:backup/vault:Vault"],
      ...["aws:ecr/repository:Repository", "aws:lb/loadBalancer:LoadBalancer"],
    ]) {
      expect([type, guarded.has(type)]).toEqual([type, true]);
    }
  });
});

test("makes nothing of Traefik, cert-manager and the load balancer where the tunnel is the only way in", async () => {
  const { edge, ...rest } = shippedConfig("dev");
  expect(edge).toMatchObject({ serves: "tunnel" });
  const registered = await registerPlatform(readPlatform({ ...rest, edge: { serves: "tunnel", tunnel: {} } }), "dev");
  const components = registered.map(({ type }) => type).filter((type) => type.startsWith("berth:"));
  expect(components).toContain("berth:tunnel:Tunnel");
  expect(components).not.toContain("berth:ingress:LoadBalancer");
  expect(components).not.toContain("berth:ingress:Ingress");
  expect(components).not.toContain("berth:certificates:Certificates");
});

test("takes a workspace's image from elsewhere beside those that it builds", async () => {
  const desktop = `registry.example.com/berth/desktop@sha256:${"a".repeat(64)}`;
  const images = { from: "build", workspaces: { desktop } };
  const registered = await registerPlatform(readPlatform({ ...shippedConfig("dev"), images }), "dev");
  const built = registered.filter(({ type }) => type.startsWith("docker:")).map(({ name }) => name);
  expect(built).toEqual(expect.arrayContaining(["home-image", "provisioner-image", "sandbox-image"]));
  expect(built).not.toContain("desktop-image");
  const prepull = registered.find(({ type }) => type === "kubernetes:apps/v1:DaemonSet");
  expect(JSON.stringify(prepull?.inputs)).toContain(desktop);
});

test("builds nothing where images are named", async () => {
  const image = (name: string) => `registry.example.com/berth/${name}@sha256:${"a".repeat(64)}`;
  const images = { from: "references", provisioner: image("provisioner"), workspaces: { desktop: image("desktop") } };
  const registered = await registerPlatform(readPlatform({ ...shippedConfig("dev"), images }), "dev");
  expect(registered.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
  const prepull = registered.find(({ type }) => type === "kubernetes:apps/v1:DaemonSet");
  expect(JSON.stringify(prepull?.inputs)).toContain(image("desktop"));
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { derivePlatform } from "../../../stacks/derive.ts";
import { builtImages, changed, readPlatform, shippedConfig } from "../../support/platform-config.ts";

const derive = derivePlatform(builtImages);

const written = {
  installation: "dev",
  network: { cidr: "10.20.0.0/16" },
  zone: { provider: "cloudflare", accountId: "023e105f4ecef8ad9ca31a8372d0c353" },
  dns: { workspaceDomain: "ws.example.com", apiHost: "api.example.com" },
  edge: { serves: "tunnel", tunnel: {}, loadBalancer: {} },
};

describe("what follows from other keys", () => {
  test("is filled in", () => {
    expect(derive(written)).toMatchObject({ mistakes: [] });
    expect(derive(written).values).toEqual({
      ...written,
      network: { cidr: "10.20.0.0/16", deletionProtection: true },
      cluster: { name: "berth-dev", deletionProtection: true },
      autoscaler: { serviceMonitor: true },
      database: { identifier: "berth-dev", deletionProtection: true, protectData: true },
      backup: { protectData: true },
      state: { protectData: true, forceDestroy: false },
      registry: {
        repositories: [
          "berth-dev/desktop",
          "berth-dev/home",
          "berth-dev/ide",
          "berth-dev/provisioner",
          "berth-dev/sandbox",
        ],
        protect: true,
      },
      edge: {
        serves: "tunnel",
        tunnel: {
          accountId: "023e105f4ecef8ad9ca31a8372d0c353",
          tunnelName: "berth-dev",
          metricsNamespace: "berth-monitoring",
        },
        loadBalancer: { deletionProtection: true },
      },
      ingress: {
        workspaceDomain: "ws.example.com",
        apiHost: "api.example.com",
        metricsNamespace: "berth-monitoring",
      },
      certificates: { metricsNamespace: "berth-monitoring" },
      provisioner: {
        workspaceDomain: "ws.example.com",
        apiHost: "api.example.com",
        network: { vpc: "10.20.0.0/16", edgeNamespaces: ["berth-tunnel", "berth-edge"] },
        monitoring: { namespace: "berth-monitoring", podMonitors: true },
      },
      monitoring: {
        tunnel: true,
        targets: {
          tunnel: { namespace: "berth-tunnel" },
          certificates: { namespace: "cert-manager", port: "http-metrics" },
          ingress: { namespace: "berth-edge" },
        },
      },
      logs: { logGroup: "/berth/dev" },
      budget: { name: "berth-dev" },
    });
  });

  test("follows namespaces of one's own", () => {
    const { values } = derive({
      ...written,
      edge: { serves: "tunnel", tunnel: { namespace: "way-in" }, loadBalancer: {} },
      ingress: { namespace: "front" },
      certificates: { namespace: "tls" },
      monitoring: { namespace: "figures" },
    });
    expect(values).toMatchObject({
      edge: { tunnel: { metricsNamespace: "figures" } },
      ingress: { metricsNamespace: "figures" },
      certificates: { metricsNamespace: "figures" },
      provisioner: { network: { edgeNamespaces: ["way-in", "front"] }, monitoring: { namespace: "figures" } },
      monitoring: {
        targets: {
          tunnel: { namespace: "way-in" },
          certificates: { namespace: "tls" },
          ingress: { namespace: "front" },
        },
      },
    });
  });

  test("is of the ways in that are there only", () => {
    const tunnel = readPlatform(changed(shippedConfig("dev"), { "edge.loadBalancer": undefined }));
    expect(tunnel.monitoring).toMatchObject({ tunnel: true });
    expect(Object.keys(tunnel.monitoring.targets)).toEqual(["tunnel"]);
    expect(tunnel.provisioner.network.edgeNamespaces).toEqual(["berth-tunnel"]);
    const balancer = readPlatform(changed(shippedConfig("prod"), { "edge.tunnel": undefined }));
    expect(balancer.monitoring).toMatchObject({ tunnel: false });
    expect(Object.keys(balancer.monitoring.targets)).toEqual(["certificates", "ingress"]);
    expect(balancer.provisioner.network.edgeNamespaces).toEqual(["berth-edge"]);
  });

  test("asks for no e-mail address where no certificate is made", () => {
    const changes = { "edge.loadBalancer": undefined, certificates: undefined };
    expect(readPlatform(changed(shippedConfig("dev"), changes)).certificates.issuer).toBe("self-signed");
  });

  test("gives way to what is written", () => {
    const own = {
      cluster: { name: "mine", deletionProtection: false },
      database: { identifier: "mine", deletionProtection: false, protectData: false },
      logs: { logGroup: "/mine" },
      budget: { name: "mine" },
      registry: { repositories: ["mine/provisioner"], protect: false },
      autoscaler: { serviceMonitor: false },
      certificates: { issuer: "production" },
      monitoring: { targets: { ingress: { namespace: "berth-edge", path: "/figures" }, app: { namespace: "app" } } },
    };
    const { values, mistakes } = derive({ ...written, ...own });
    expect(mistakes).toEqual([]);
    expect(values).toMatchObject(own);
    expect(values).toMatchObject({ monitoring: { targets: { tunnel: { namespace: "berth-tunnel" } } } });
  });

  test("is refused where it is fixed", () => {
    const { mistakes } = derive({ ...written, ingress: { apiHost: "api.example.com" } });
    expect(mistakes).toEqual([
      {
        option: "ingress.apiHost",
        value: "api.example.com",
        fix: "It follows from berth:dns.apiHost: take it out.",
      },
    ]);
  });

  test("lets all go where nothing is to be kept", () => {
    const config = readPlatform(changed(shippedConfig("prod"), { protect: "no" }));
    expect({
      network: config.network.deletionProtection,
      cluster: config.cluster.deletionProtection,
      database: [config.database.deletionProtection, config.database.protectData],
      state: [config.state.protectData, config.state.forceDestroy],
      backup: config.backup.protectData,
      registry: config.registry.protect,
      loadBalancer: config.edge.loadBalancer?.deletionProtection,
    }).toEqual({
      network: false,
      cluster: false,
      database: [false, false],
      state: [false, true],
      backup: false,
      registry: false,
      loadBalancer: false,
    });
  });

  test("is the same in whatever order the keys are written", () => {
    const keys = Object.entries(shippedConfig("prod"));
    const expected = derive(Object.fromEntries(keys));
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (shuffled) => {
        expect(derive(Object.fromEntries(shuffled))).toEqual(expected);
      }),
    );
  });

  test("leaves what is written as it is", () => {
    const config = shippedConfig("dev");
    const before = structuredClone(config);
    derive(config);
    expect(config).toEqual(before);
  });
});

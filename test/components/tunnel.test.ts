import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { toServicesManifest } from "../../components/tunnel/manifests/network.ts";
import { originRequest, planTunnel, tokenChecksum } from "../../components/tunnel/plan.ts";
import { parseTunnelSpec, type TunnelSpecInput } from "../../components/tunnel/spec.ts";
import { Tunnel, type TunnelArgs } from "../../components/tunnel/tunnel.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const accountId = "023e105f4ecef8ad9ca31a8372d0c353";
const dev: TunnelSpecInput = { accountId, tunnelName: "berth-dev" };
const prod: TunnelSpecInput = {
  accountId,
  tunnelName: "berth-prod",
  replicas: 3,
  graceSeconds: 180,
  resources: { cpu: "500m", cpuLimit: "4", memory: "1Gi" },
  priorityClass: "berth-platform",
};
const router = { namespace: "berth-system", name: "berth-router", port: 80 };
const api = { namespace: "berth-system", name: "berth-api", port: 8080, podLabels: { app: "api" }, podPort: 8080 };
const hostnames = [
  { hostname: "*.example.net", service: router },
  { hostname: "api.example.net", service: api },
];
const answers = {
  calls: {
    "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken": () => ({
      accountId,
      tunnelId: "edge-tunnel-id",
      token: "the-token",
    }),
  },
};
const make = (args: Partial<TunnelArgs> = {}) =>
  registrationsOf(() => new Tunnel("edge", { spec: dev, hostnames, ...args }), "test", answers);
/** How Pulumi marks a secret on the wire. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

describe("a Tunnel", () => {
  test.each([
    ["dev", dev],
    ["prod", prod],
  ])("registers its tunnel, routes, walls and pods in %s", async (_, input) => {
    const { registered } = await make({ spec: input });
    const spec = parseTunnelSpec(input);
    const plan = planTunnel(spec);
    const [component, ...children] = registered;
    expect(component).toMatchObject({ type: "berth:tunnel:Tunnel", name: "edge", parent: null });
    const namespaced = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
    const { template } = plan.deployment.spec;
    expect(Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }]))).toEqual({
      "edge-tunnel": {
        type: "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
        inputs: { accountId, name: input.tunnelName, configSrc: "cloudflare" },
      },
      "edge-config": {
        type: "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig",
        inputs: {
          accountId,
          tunnelId: "edge-tunnel-id",
          config: {
            ingresses: [
              { hostname: "api.example.net", service: "http://berth-api.berth-system.svc.cluster.local:8080" },
              { hostname: "*.example.net", service: "http://berth-router.berth-system.svc.cluster.local:80" },
              { service: "http_status:404" },
            ],
            originRequest,
          },
        },
      },
      "edge-namespace": { type: "kubernetes:core/v1:Namespace", inputs: plan.namespace },
      "edge-token": {
        type: "kubernetes:core/v1:Secret",
        inputs: { apiVersion: "v1", kind: "Secret", ...plan.secret, stringData: secret({ token: "the-token" }) },
      },
      "edge-deny-all": {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        inputs: { ...namespaced, ...plan.denyAll },
      },
      "edge-to-edge": {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        inputs: { ...namespaced, ...plan.toEdge },
      },
      "edge-to-services": {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        inputs: { ...namespaced, ...toServicesManifest(spec, [api, router]) },
      },
      "edge-from-metrics": {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        inputs: { ...namespaced, ...plan.fromMetrics },
      },
      "edge-disruption-budget": {
        type: "kubernetes:policy/v1:PodDisruptionBudget",
        inputs: { apiVersion: "policy/v1", kind: "PodDisruptionBudget", ...plan.disruptionBudget },
      },
      "edge-cloudflared": {
        type: "kubernetes:apps/v1:Deployment",
        inputs: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: plan.deployment.metadata,
          spec: {
            ...plan.deployment.spec,
            template: {
              ...template,
              metadata: {
                ...template.metadata,
                annotations: { "berth.dev/token-checksum": tokenChecksum("edge-tunnel-id", "the-token") },
              },
            },
          },
        },
      },
    });
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["edge"]));
  });

  test("says where records must point to", async () => {
    const { result } = await make();
    expect(await resolved(result.hostname)).toBe("edge-tunnel-id.cfargotunnel.com");
    expect(await resolved(result.tunnelId)).toBe("edge-tunnel-id");
    expect(await resolved(result.namespace)).toBe("berth-tunnel");
  });

  test("keeps the token secret, and tells nothing of it in the pods", async () => {
    const { result } = await make();
    expect(await pulumi.isSecret(result.nodes.secret.stringData)).toBe(true);
    expect(await pulumi.isSecret(result.nodes.deployment.spec)).toBe(false);
    expect(JSON.stringify(await resolved(result.nodes.deployment.spec))).not.toContain("the-token");
  });

  test("registers the same whatever the order of its host names", async () => {
    const forward = await make();
    const backward = await make({ hostnames: [...hostnames].reverse() });
    expect(backward.registered).toEqual(forward.registered);
  });

  test("starts its pods when the walls stand, and ends them before the tunnel goes", async () => {
    const { registered } = await make();
    const deployment = registered.find(({ name }) => name === "edge-cloudflared");
    expect(deployment?.dependsOn).toEqual(
      expect.arrayContaining(["edge-deny-all", "edge-to-edge", "edge-to-services", "edge-from-metrics", "edge-token"]),
    );
    expect(deployment?.deletedWith).toBe("edge-namespace");
    expect(registered.find(({ name }) => name === "edge-namespace")?.dependsOn).toEqual(["edge-config"]);
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make({
      transform: { tunnel: ({ args, options }) => ({ args, options: { ...options, protect: true } }) },
    });
    expect(registered.find(({ name }) => name === "edge-tunnel")).toMatchObject({ protect: true, parent: "edge" });
  });

  test("refuses wrong host names before anything is made", async () => {
    const wrong = () => make({ hostnames: [{ hostname: "example", service: router }] });
    await expect(wrong()).rejects.toThrow('hostnames[0].hostname: found "example". Write a host name in lower case');
  });
});

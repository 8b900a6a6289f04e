import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cidrContains, parseCidr } from "../../../components/core/cidr.ts";
import { toServicesManifest } from "../../../components/tunnel/manifests/network.ts";
import { checkHostnames, ingressRules, planTunnel, tokenChecksum } from "../../../components/tunnel/plan.ts";
import { cloudflareNetworks, parseTunnelSpec } from "../../../components/tunnel/spec.ts";

const input = { accountId: "023e105f4ecef8ad9ca31a8372d0c353", tunnelName: "berth-dev" };
const spec = parseTunnelSpec(input);
const router = { namespace: "berth-system", name: "berth-router", port: 80 };
const api = { namespace: "berth-system", name: "berth-api", port: 8080 };

describe("a tunnel's rules", () => {
  const routes = [
    { hostname: "*.ws.example.com", service: router },
    { hostname: "*.example.com", service: router },
    { hostname: "api.ws.example.com", service: api },
    { hostname: "api.example.com", service: api },
  ];
  const rules = [
    { hostname: "api.ws.example.com", service: "http://berth-api.berth-system.svc.cluster.local:8080" },
    { hostname: "api.example.com", service: "http://berth-api.berth-system.svc.cluster.local:8080" },
    { hostname: "*.ws.example.com", service: "http://berth-router.berth-system.svc.cluster.local:80" },
    { hostname: "*.example.com", service: "http://berth-router.berth-system.svc.cluster.local:80" },
    { service: "http_status:404" },
  ];

  test("let exact names go before wildcards and end in 404, whatever the order they were given in", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(routes, { minLength: routes.length }), (shuffled) => {
        expect(ingressRules(shuffled)).toEqual(rules);
      }),
    );
  });

  test.each([
    ["API.example.com", "Write a host name in lower case"],
    ["*.*.example.com", "a wildcard of one label"],
    ["localhost", "Write a host name"],
    ["ws.example.com/path", "Write a host name"],
    ["10.0.0.1", "Write a host name"],
  ])("take no %s", (hostname, message) => {
    expect(() => checkHostnames(["api.example.com", hostname])).toThrow(`hostnames[1].hostname: found "${hostname}".`);
    expect(() => checkHostnames([hostname])).toThrow(message);
  });

  test("are not empty, and name no host twice", () => {
    expect(() => checkHostnames([])).toThrow("hostnames: found []. Name at least one host and its service.");
    expect(() => checkHostnames(["a.example.com", "b.example.com", "a.example.com"])).toThrow(
      'hostnames[2].hostname: found "a.example.com". It is there twice: each leads to one service.',
    );
  });
});

describe("the tunnel's pods", () => {
  test("are two, restricted, spread, and replaced without a gap", () => {
    const labels = { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "tunnel" };
    const spread = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
      matchLabelKeys: ["pod-template-hash"],
    });
    expect(planTunnel(spec).deployment).toEqual({
      metadata: { name: "cloudflared", namespace: "berth-tunnel", labels },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        revisionHistoryLimit: 2,
        template: {
          metadata: { labels, annotations: {} },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 75,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65532,
              runAsGroup: 65532,
              seccompProfile: { type: "RuntimeDefault" },
            },
            topologySpreadConstraints: [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
            containers: [
              {
                name: "cloudflared",
                image:
                  "docker.io/cloudflare/cloudflared:2026.9.3@sha256:072c067d25ccbe61d46e18f0d0723255f2bb5304f7317caa95b27031520ff92c",
                args: ["tunnel", "--no-autoupdate", "--metrics", "0.0.0.0:2000", "--grace-period", "60s", "run"],
                env: [
                  {
                    name: "TUNNEL_TOKEN",
                    valueFrom: { secretKeyRef: { name: "cloudflared-token", key: "token" } },
                  },
                ],
                ports: [{ name: "metrics", containerPort: 2000, protocol: "TCP" }],
                readinessProbe: { httpGet: { path: "/ready", port: "metrics" }, periodSeconds: 5, failureThreshold: 3 },
                livenessProbe: {
                  httpGet: { path: "/healthcheck", port: "metrics" },
                  initialDelaySeconds: 10,
                  periodSeconds: 10,
                  failureThreshold: 6,
                },
                resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "2", memory: "256Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    });
  });

  test("reach the cluster's DNS and Cloudflare, and nothing private", () => {
    expect(planTunnel(spec).toEdge.spec.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
        ],
        ports: [
          { protocol: "UDP", port: 53 },
          { protocol: "TCP", port: 53 },
        ],
      },
      {
        to: cloudflareNetworks.map((cidr) => ({ ipBlock: { cidr } })),
        ports: [
          { protocol: "UDP", port: 7844 },
          { protocol: "TCP", port: 7844 },
          { protocol: "TCP", port: 443 },
        ],
      },
    ]);
    // Addresses of region1 and region2.v2.argotunnel.com.
    for (const address of ["198.41.192.167/32", "198.41.200.13/32", "2606:4700:a0::1/128", "2606:4700:a8::1/128"]) {
      const blocks = cloudflareNetworks.filter((block) => cidrContains(parseCidr(block), parseCidr(address)));
      expect([address, blocks.length]).toEqual([address, 1]);
    }
    for (const address of ["10.0.0.1/32", "169.254.169.254/32", "172.20.0.1/32", "192.168.1.1/32"]) {
      const blocks = cloudflareNetworks.filter((block) => cidrContains(parseCidr(block), parseCidr(address)));
      expect([address, blocks]).toEqual([address, []]);
    }
  });

  test("reach the services' pods only, each said once, in a stable order", () => {
    const routerPods = { namespace: "berth-system", podLabels: { app: "router" }, podPort: 8081 };
    const policy = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: expect.objectContaining({ name: "to-services" }),
      spec: {
        podSelector: { matchLabels: planTunnel(spec).deployment.spec.selector.matchLabels },
        policyTypes: ["Egress"],
        egress: [
          { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "apps" } } }] },
          {
            to: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "berth-system" } },
                podSelector: { matchLabels: { app: "router" } },
              },
            ],
            ports: [{ protocol: "TCP", port: 8081 }],
          },
        ],
      },
    };
    expect(toServicesManifest(spec, [routerPods, { namespace: "apps" }, { ...routerPods }])).toEqual(policy);
    expect(toServicesManifest(spec, [{ namespace: "apps" }, routerPods])).toEqual(policy);
  });

  test("are reached by who reads the metrics only", () => {
    expect(planTunnel(spec).denyAll.spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(planTunnel(spec).fromMetrics.spec.ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "berth-monitoring" } } }],
        ports: [{ protocol: "TCP", port: 2000 }],
      },
    ]);
  });

  test("start anew with another tunnel and with another token; the checksum does not hold the token", () => {
    const checksum = tokenChecksum("tunnel-1", "token-1");
    expect(checksum).toMatch(/^[0-9a-f]{16}$/);
    expect(tokenChecksum("tunnel-1", "token-1")).toBe(checksum);
    expect(tokenChecksum("tunnel-2", "token-1")).not.toBe(checksum);
    expect(tokenChecksum("tunnel-1", "token-2")).not.toBe(checksum);
  });
});

test("a wrong tunnel is explained, each mistake with what to write", () => {
  const wrong = {
    accountId: "my-account",
    tunnelName: "Berth Dev",
    replicas: 40,
    image: "cloudflare/cloudflared:latest",
    graceSeconds: 600,
    cloudflareNetworks: ["198.41.128.1/17"],
    secret: "x",
  };
  expect(() => parseTunnelSpec(wrong)).toThrow(
    [
      `spec.accountId: found "my-account". Must be a Cloudflare account's id: 32 hexadecimal digits, shown on the zone's overview page.`,
      `spec.tunnelName: found "Berth Dev". Must be 1 to 100 of a-z, 0-9 and '-'.`,
      "spec.replicas: found 40. Must be from 1 to 25.",
      'spec.image: found "cloudflare/cloudflared:latest". Must name its registry and its digest: docker.io/cloudflare/cloudflared:2026.9.3@sha256:….',
      "spec.graceSeconds: found 600. Must be from 1 to 180.",
      'spec.cloudflareNetworks[0]: found "198.41.128.1/17". Must be a block of addresses such as "203.0.113.0/24" or "2001:db8::/32".',
      'spec.secret: found "x". There is no such option: take it out or correct its name.',
    ].join("\n"),
  );
  expect(() => parseTunnelSpec({})).toThrow("spec.accountId: missing. Write a text.");
});

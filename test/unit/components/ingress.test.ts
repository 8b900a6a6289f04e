import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traefikValues, traefikVersion } from "../../../components/ingress/manifests/chart.ts";
import { workspaceHosts } from "../../../components/ingress/manifests/routes.ts";
import { certificateNames } from "../../../components/ingress/manifests/tls.ts";
import { planIngress } from "../../../components/ingress/plan.ts";
import { leavingSeconds } from "../../../components/ingress/plan-ports.ts";
import { parseIngressSpec } from "../../../components/ingress/spec.ts";

const names = { workspaceDomain: "ws.example.com", apiHost: "api.example.com" };
const prod = parseIngressSpec(names);
const surroundings = {
  issuer: "letsencrypt-production",
  router: {
    address: "router.berth-system.svc.cluster.local",
    namespace: "berth-system",
    port: 8080,
    podLabels: { "berth.dev/component": "router" },
    podPort: 8081,
  },
  api: { address: "api.berth-system.svc.cluster.local", namespace: "berth-system", port: 80 },
};
const plan = planIngress(prod, surroundings);
const labels = { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "edge" };
const metadata = (name: string) => ({ name, namespace: "berth-edge", labels });

describe("the edge's Traefik", () => {
  test("is a fixed version whose authentication cannot be bypassed", () => {
    const version = /^v(\d+)\.(\d+)\.(\d+)$/.exec(traefikVersion)?.slice(1).map(Number) ?? [];
    const [major = 0, minor = 0, patch = 0] = version;
    expect([major, minor]).toEqual([3, 6]);
    expect(patch).toBeGreaterThanOrEqual(14);
    expect(traefikValues(prod).image).toEqual({ registry: "docker.io", repository: "traefik", tag: traefikVersion });
  });

  test("shows neither its API nor a dashboard, and reads nothing but its own namespace", () => {
    expect(traefikValues(prod)).toMatchObject({
      api: { dashboard: false },
      ingressRoute: { dashboard: { enabled: false }, healthcheck: { enabled: false } },
      rbac: { enabled: true, namespaced: true },
      providers: {
        kubernetesCRD: { enabled: true, namespaces: [], allowCrossNamespace: false },
        kubernetesIngress: { enabled: false },
        kubernetesGateway: { enabled: false },
        file: { enabled: false },
      },
      ingressClass: { enabled: false },
    });
  });

  test("is reached on the ports of the nodes that the load balancer leads to", () => {
    const closed = {
      proxyProtocol: { trustedIPs: [], insecure: false },
      forwardedHeaders: { trustedIPs: [], insecure: false },
    };
    const lifeCycle = { requestAcceptGraceTimeout: "45s", graceTimeOut: "300s" };
    const { ports, service } = traefikValues(prod);
    expect(service).toEqual({ type: "NodePort", spec: { externalTrafficPolicy: "Local" } });
    expect(ports).toEqual({
      web: {
        ...closed,
        port: 8000,
        exposedPort: 80,
        nodePort: 30080,
        expose: { default: true },
        http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
        transport: { lifeCycle },
      },
      websecure: {
        ...closed,
        port: 8443,
        exposedPort: 443,
        nodePort: 30081,
        expose: { default: true },
        http: { maxHeaderBytes: 65_536, tls: { enabled: true, options: "", certResolver: "", domains: [] } },
        transport: {
          respondingTimeouts: { readTimeout: "3600s", writeTimeout: "0s", idleTimeout: "930s" },
          lifeCycle,
        },
      },
      traefik: {
        port: 8080,
        exposedPort: 8080,
        nodePort: 30082,
        expose: { default: true },
        transport: { lifeCycle },
      },
      metrics: { port: 9100, expose: { default: false } },
    });
  });

  test("believes forwarded addresses of the named proxies only", () => {
    const { web, websecure } = traefikValues(parseIngressSpec({ ...names, trustedProxies: ["10.0.0.0/8"] })).ports;
    for (const { forwardedHeaders, proxyProtocol } of [web, websecure]) {
      expect({ forwardedHeaders, proxyProtocol }).toEqual({
        forwardedHeaders: { trustedIPs: ["10.0.0.0/8"], insecure: false },
        proxyProtocol: { trustedIPs: [], insecure: false },
      });
    }
  });

  test("gives its last requests the time it has been told", () => {
    const { deployment } = traefikValues(parseIngressSpec({ ...names, drainSeconds: 60 }));
    expect(deployment).toEqual({
      replicas: 2,
      minReadySeconds: leavingSeconds,
      terminationGracePeriodSeconds: leavingSeconds + 60 + 15,
      dnsConfig: { options: [{ name: "ndots", value: "1" }] },
    });
  });

  test("writes no query, cookie, authorization or user's name into its log", () => {
    const { additionalArguments, logs } = traefikValues(prod);
    expect(additionalArguments).toEqual(["--accesslog.fields.queryparameters.defaultmode=drop"]);
    expect(logs.access.fields).toEqual({
      general: { defaultmode: "keep", names: { ClientUsername: "drop" } },
      headers: { defaultmode: "drop", names: { "User-Agent": "keep", "X-Request-Id": "keep" } },
    });
  });

  test("lets a node go where there are two of it, and never blocks one where there is one", () => {
    const spread = (topologyKey: string) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
      matchLabelKeys: ["pod-template-hash"],
    });
    const one = traefikValues(parseIngressSpec({ ...names, replicas: 1, nodeSelector: {} }));
    const two = traefikValues(prod);
    const shape = ({ nodeSelector, podDisruptionBudget, topologySpreadConstraints }: typeof one) => ({
      nodeSelector,
      podDisruptionBudget,
      topologySpreadConstraints,
    });
    expect(shape(one)).toEqual({
      nodeSelector: { "kubernetes.io/os": "linux" },
      podDisruptionBudget: { enabled: false },
      topologySpreadConstraints: [],
    });
    expect(shape(two)).toEqual({
      nodeSelector: { "kubernetes.io/os": "linux", "berth.dev/pool": "system" },
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      topologySpreadConstraints: [spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")],
    });
  });
});

describe("the edge's routes", () => {
  test("are two, to Services of its own namespace that only name others", () => {
    expect(plan.routes.router).toEqual({
      service: {
        metadata: metadata("router"),
        spec: {
          type: "ExternalName",
          externalName: "router.berth-system.svc.cluster.local",
          ports: [{ name: "http", port: 8080 }],
        },
      },
      headers: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        metadata: metadata("router"),
        spec: {
          headers: {
            stsSeconds: 31_536_000,
            contentTypeNosniff: true,
            customResponseHeaders: { Server: "", "X-Powered-By": "" },
          },
        },
      },
      route: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        metadata: metadata("router"),
        spec: {
          entryPoints: ["websecure"],
          routes: [
            {
              kind: "Rule",
              match: "HostRegexp(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.ws\\.example\\.com$`)",
              priority: 100,
              middlewares: [{ name: "router" }],
              services: [
                { kind: "Service", name: "router", port: 8080, passHostHeader: true, serversTransport: "platform" },
              ],
            },
          ],
        },
      },
    });
    expect(plan.routes.api).toEqual({
      service: {
        metadata: metadata("api"),
        spec: {
          type: "ExternalName",
          externalName: "api.berth-system.svc.cluster.local",
          ports: [{ name: "http", port: 80 }],
        },
      },
      headers: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        metadata: metadata("api"),
        spec: {
          headers: {
            stsSeconds: 31_536_000,
            contentTypeNosniff: true,
            customResponseHeaders: { Server: "", "X-Powered-By": "" },
            referrerPolicy: "no-referrer",
            frameDeny: true,
          },
        },
      },
      route: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        metadata: metadata("api"),
        spec: {
          entryPoints: ["websecure"],
          routes: [
            {
              kind: "Rule",
              match: "Host(`api.example.com`)",
              priority: 200,
              middlewares: [{ name: "api" }],
              services: [
                { kind: "Service", name: "api", port: 80, passHostHeader: true, serversTransport: "platform" },
              ],
            },
          ],
        },
      },
    });
    expect(plan.transport).toEqual({
      apiVersion: "traefik.io/v1alpha1",
      kind: "ServersTransport",
      metadata: metadata("platform"),
      spec: { forwardingTimeouts: { dialTimeout: "5s", responseHeaderTimeout: "0s", idleConnTimeout: "60s" } },
    });
  });

  test("take one label below the domain, whatever it is, and nothing else", () => {
    const hosts = new RegExp(workspaceHosts("ws.example.com"));
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, label, (one, two) => {
        expect(hosts.test(`${one}.ws.example.com`)).toBe(true);
        expect(hosts.test(`${one}.${two}.ws.example.com`)).toBe(false);
        expect(hosts.test(`${one}.ws-example.com`)).toBe(false);
        expect(hosts.test(`${one}.ws.example.com.${two}`)).toBe(false);
      }),
    );
    expect(
      ["ws.example.com", ".ws.example.com", "-a.ws.example.com", "a-.ws.example.com"].filter((host) =>
        hosts.test(host),
      ),
    ).toEqual([]);
  });
});

describe("the edge's TLS", () => {
  test("has one certificate, in its own namespace, used under strict SNI too", () => {
    expect(plan.certificate).toEqual({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: metadata("edge"),
      spec: {
        secretName: "edge-certificate",
        secretTemplate: { labels },
        dnsNames: ["*.ws.example.com", "api.example.com"],
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt-production" },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["digital signature", "server auth"],
        revisionHistoryLimit: 2,
      },
    });
    expect(plan.tls).toEqual({
      store: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "TLSStore",
        metadata: metadata("default"),
        spec: {
          defaultCertificate: { secretName: "edge-certificate" },
          certificates: [{ secretName: "edge-certificate" }],
        },
      },
      options: {
        apiVersion: "traefik.io/v1alpha1",
        kind: "TLSOption",
        metadata: metadata("default"),
        spec: {
          minVersion: "VersionTLS12",
          sniStrict: true,
          alpnProtocols: ["h2", "http/1.1"],
          cipherSuites: [
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          ],
        },
      },
    });
  });

  test.each([
    ["api.example.com", ["*.ws.example.com", "api.example.com"]],
    ["api.ws.example.com", ["*.ws.example.com"]],
    ["a.api.ws.example.com", ["*.ws.example.com", "a.api.ws.example.com"]],
    ["example.com", ["*.ws.example.com", "example.com"]],
  ])("names %s in the certificate unless the wildcard covers it", (apiHost, expected) => {
    expect(certificateNames({ apiHost, workspaceDomain: "ws.example.com" })).toEqual(expected);
  });
});

describe("the edge's walls", () => {
  const policy = (name: string, spec: object) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(name),
    spec,
  });
  const podSelector = { matchLabels: { "app.kubernetes.io/name": "traefik" } };
  const namespaceSelector = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });

  test("let clients in, and out only to names, the API server, the router and the API", () => {
    expect(plan.namespace.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    expect(plan.policies).toEqual({
      denyAll: policy("deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
      fromClients: policy("from-clients", {
        podSelector,
        policyTypes: ["Ingress"],
        ingress: [
          {
            ports: [
              { protocol: "TCP", port: 8000 },
              { protocol: "TCP", port: 8443 },
              { protocol: "TCP", port: 8080 },
            ],
          },
        ],
      }),
      fromMetrics: policy("from-metrics", {
        podSelector,
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ namespaceSelector: namespaceSelector("berth-monitoring") }],
            ports: [{ protocol: "TCP", port: 9100 }],
          },
        ],
      }),
      toCluster: policy("to-cluster", {
        podSelector,
        policyTypes: ["Egress"],
        egress: [
          {
            to: [
              {
                namespaceSelector: namespaceSelector("kube-system"),
                podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
              },
            ],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          {
            to: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((cidr) => ({
              ipBlock: { cidr },
            })),
            ports: [
              { protocol: "TCP", port: 443 },
              { protocol: "TCP", port: 6443 },
            ],
          },
        ],
      }),
      toServices: policy("to-services", {
        podSelector,
        policyTypes: ["Egress"],
        egress: [
          {
            to: [
              {
                namespaceSelector: namespaceSelector("berth-system"),
                podSelector: { matchLabels: { "berth.dev/component": "router" } },
              },
            ],
            ports: [{ protocol: "TCP", port: 8081 }],
          },
          { to: [{ namespaceSelector: namespaceSelector("berth-system") }] },
        ],
      }),
    });
  });
});

describe("a wrong spec", () => {
  test.each([
    [
      { ...names, workspaceDomain: "*.ws.example.com" },
      'spec.workspaceDomain: found "*.ws.example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com.',
    ],
    [{ workspaceDomain: "ws.example.com" }, "spec.apiHost: missing."],
    [
      { ...names, apiHost: "ws.example.com" },
      'spec.apiHost: found "ws.example.com". Must be another name than workspaceDomain, such as "api.ws.example.com".',
    ],
    [
      { ...names, trustedProxies: ["0.0.0.0/0"] },
      'spec.trustedProxies[0]: found "0.0.0.0/0". Must not be everyone: anyone could claim any address.',
    ],
    [{ ...names, replicas: 0 }, "spec.replicas: found 0. Must be from 1 to 20."],
    [{ ...names, dashboard: true }, "spec.dashboard: found true. There is no such option"],
  ])("%j", (spec, message) => {
    expect(() => parseIngressSpec(spec)).toThrow(message);
  });
});

import { describe, expect, test } from "vitest";
import { certManagerValues } from "../../../components/certificates/manifests/chart.ts";
import { acmeIssuerManifest, selfSignedIssuerManifest } from "../../../components/certificates/manifests/issuers.ts";
import { planCertificates, route53Statements } from "../../../components/certificates/plan.ts";
import { parseCertificatesSpec } from "../../../components/certificates/spec.ts";
import { publicInternet } from "../../../components/core/cidr.ts";

const email = "platform@example.com";
const labels = { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "certificates" };
const nodeSelector = { "kubernetes.io/os": "linux", "berth.dev/pool": "system" };
const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu: "1", memory } });

describe("cert-manager's values", () => {
  test("for one of each program", () => {
    const one = {
      nodeSelector,
      replicaCount: 1,
      podDisruptionBudget: { enabled: false },
      topologySpreadConstraints: [],
    };
    expect(certManagerValues(parseCertificatesSpec({ email }))).toEqual({
      fullnameOverride: "cert-manager",
      crds: { enabled: true, keep: true },
      global: {
        priorityClassName: "system-cluster-critical",
        commonLabels: { "berth.dev/component": "certificates" },
        leaderElection: { namespace: "cert-manager" },
      },
      ...one,
      serviceAccount: { create: true, name: "cert-manager" },
      dns01RecursiveNameservers: "1.1.1.1:53,8.8.8.8:53",
      dns01RecursiveNameserversOnly: true,
      resources: resources("100m", "256Mi"),
      webhook: { ...one, resources: resources("50m", "128Mi") },
      cainjector: { ...one, resources: resources("50m", "256Mi") },
      startupapicheck: { enabled: true, timeout: "3m", nodeSelector, resources: resources("10m", "128Mi") },
      prometheus: { enabled: true, servicemonitor: { enabled: false } },
    });
  });

  test("spread several of each, and let nodes go", () => {
    const { cainjector, replicaCount, podDisruptionBudget, topologySpreadConstraints, webhook } = certManagerValues(
      parseCertificatesSpec({ email, replicas: 2, nodeSelector: {} }),
    );
    const two = (program: string) => ({
      replicaCount: 2,
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: {
            matchLabels: { "app.kubernetes.io/instance": "cert-manager", "app.kubernetes.io/component": program },
          },
        },
      ],
    });
    expect({ replicaCount, podDisruptionBudget, topologySpreadConstraints }).toEqual(two("controller"));
    expect([webhook, cainjector]).toMatchObject([two("webhook"), two("cainjector")]);
    expect(webhook.nodeSelector).toEqual({ "kubernetes.io/os": "linux" });
  });
});

describe("issuers", () => {
  const acme = (environment: "staging" | "production", server: string, solver: object) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: `letsencrypt-${environment}`, labels },
    spec: {
      acme: {
        server,
        email,
        privateKeySecretRef: { name: `letsencrypt-${environment}-account` },
        solvers: [solver],
      },
    },
  });

  test("prove a Cloudflare zone, and no other, by its token", () => {
    expect(acmeIssuerManifest("production", email, { kind: "cloudflare", zone: "example.com" })).toEqual(
      acme("production", "https://acme-v02.api.letsencrypt.org/directory", {
        selector: { dnsZones: ["example.com"] },
        dns01: { cloudflare: { apiTokenSecretRef: { name: "cloudflare-api-token", key: "api-token" } } },
      }),
    );
  });

  test("prove a Route53 zone by the pod's own role", () => {
    const zone = { kind: "route53", hostedZoneId: "Z1", region: "eu-central-1" } as const;
    const dns01 = { route53: { region: "eu-central-1", hostedZoneID: "Z1" } };
    const server = "https://acme-staging-v02.api.letsencrypt.org/directory";
    expect(acmeIssuerManifest("staging", email, zone)).toEqual(acme("staging", server, { dns01 }));
    expect(acmeIssuerManifest("staging", email, { ...zone, zone: "example.com" })).toEqual(
      acme("staging", server, { selector: { dnsZones: ["example.com"] }, dns01 }),
    );
  });

  test("may be one that proves nothing", () => {
    expect(selfSignedIssuerManifest()).toEqual({
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "self-signed", labels },
      spec: { selfSigned: {} },
    });
  });

  test.each([
    [{ email }, "letsencrypt-staging", ["staging", "production"], false],
    [{ email, issuer: "production" }, "letsencrypt-production", ["staging", "production"], false],
    [{ issuer: "self-signed" }, "self-signed", [], true],
  ])("of %j: %s is used", (spec, issuerName, environments, selfSigned) => {
    const plan = planCertificates(parseCertificatesSpec(spec));
    expect([plan.issuerName, plan.acme, plan.selfSigned]).toEqual([
      issuerName,
      environments.map((environment) => ({ environment, email })),
      selfSigned,
    ]);
  });

  test("may write nothing but TXT records, in one zone of Route53", () => {
    const zone = "arn:aws:route53:::hostedzone/Z1";
    expect(route53Statements(zone)).toEqual([
      { sid: "SeeChanges", actions: ["route53:GetChange"], resources: ["arn:aws:route53:::change/*"] },
      { sid: "ReadRecords", actions: ["route53:ListResourceRecordSets"], resources: [zone] },
      {
        sid: "WriteChallenges",
        actions: ["route53:ChangeResourceRecordSets"],
        resources: [zone],
        conditions: {
          "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
          "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
        },
      },
    ]);
  });
});

describe("cert-manager's walls", () => {
  const policy = (name: string, spec: object) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "cert-manager", labels },
    spec,
  });
  const of = (program: string) => ({
    matchLabels: { "app.kubernetes.io/instance": "cert-manager", "app.kubernetes.io/component": program },
  });

  test("let the controller alone out to the internet, and only the webhook be called", () => {
    const { namespace, policies } = planCertificates(parseCertificatesSpec({ email }));
    expect(namespace.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    const { denyAll, fromMetrics, toCluster, toInternet, toWebhook, ...others } = policies;
    expect(others).toEqual({});
    expect(denyAll).toEqual(policy("deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }));
    expect(toWebhook).toEqual(
      policy("to-webhook", {
        podSelector: of("webhook"),
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: 10250 }] }],
      }),
    );
    expect(fromMetrics.spec.ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "berth-monitoring" } } }],
        ports: [{ protocol: "TCP", port: 9402 }],
      },
    ]);
    expect(toCluster.spec).toMatchObject({ podSelector: {}, policyTypes: ["Egress"] });
    expect(toInternet).toEqual(
      policy("to-internet", {
        podSelector: of("controller"),
        policyTypes: ["Egress"],
        egress: [
          {
            to: publicInternet().map((ipBlock) => ({ ipBlock })),
            ports: [
              { protocol: "TCP", port: 443 },
              { protocol: "TCP", port: 53 },
              { protocol: "UDP", port: 53 },
            ],
          },
          { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] },
        ],
      }),
    );
  });
});

describe("a wrong spec", () => {
  test.each([
    [
      {},
      'spec.email: missing. It is needed for the issuer staging: write the address of who runs the platform, such as "platform@example.com".',
    ],
    [{ email: "platform" }, 'spec.email: found "platform". Must be an e-mail address.'],
    [{ email, issuer: "letsencrypt" }, 'spec.issuer: found "letsencrypt". Must be staging, production or self-signed.'],
    [{ email, replicas: 9 }, "spec.replicas: found 9. Must be from 1 to 5."],
    [
      { email, recursiveNameservers: ["1.1.1.1"] },
      'spec.recursiveNameservers[0]: found "1.1.1.1". Must be an address with its port ("1.1.1.1:53") or a resolver over HTTPS ("https://1.1.1.1/dns-query").',
    ],
    [
      { email, recursiveNameservers: [] },
      "spec.recursiveNameservers: found []. Must name at least one resolver: leave it out for Cloudflare's and Google's.",
    ],
    [{ email, solver: "http01" }, 'spec.solver: found "http01". There is no such option'],
  ])("%j", (spec, message) => {
    expect(() => parseCertificatesSpec(spec)).toThrow(message);
  });
});

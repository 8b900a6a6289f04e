import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Certificates, type CertificatesArgs } from "../../components/certificates/certificates.ts";
import { acmeIssuerManifest, selfSignedIssuerManifest } from "../../components/certificates/manifests/issuers.ts";
import { planCertificates } from "../../components/certificates/plan.ts";
import { parseCertificatesSpec } from "../../components/certificates/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const email = "platform@example.com";
const cloudflare = {
  spec: { issuer: "production", email, replicas: 2 },
  dns: { kind: "cloudflare", apiToken: pulumi.output("token"), zone: "example.com" },
} satisfies CertificatesArgs;
const route53 = {
  spec: { issuer: "staging", email },
  dns: {
    kind: "route53",
    hostedZoneId: pulumi.output("Z1"),
    region: "eu-central-1",
    clusterName: pulumi.output("berth"),
  },
} satisfies CertificatesArgs;
const outputs = { "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }) };
const make = (args: CertificatesArgs) => registrationsOf(() => new Certificates("certs", args), "test", { outputs });
/** How Pulumi marks a secret on the wire. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const issuerType = "kubernetes:cert-manager.io/v1:ClusterIssuer";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

function releaseOf(spec: CertificatesArgs["spec"]) {
  return {
    type: "kubernetes:helm.sh/v3:Release",
    inputs: {
      name: "cert-manager",
      chart: "cert-manager",
      version: "v1.21.1",
      repositoryOpts: { repo: "https://charts.jetstack.io" },
      namespace: "cert-manager",
      atomic: true,
      timeout: 600,
      values: planCertificates(parseCertificatesSpec(spec)).values,
      compat: "true",
    },
  };
}

function baseOf(spec: CertificatesArgs["spec"]) {
  const { namespace, policies } = planCertificates(parseCertificatesSpec(spec));
  return {
    "certs-namespace": { type: "kubernetes:core/v1:Namespace", inputs: namespace },
    "certs-deny-all": { type: policyType, inputs: policies.denyAll },
    "certs-to-webhook": { type: policyType, inputs: policies.toWebhook },
    "certs-to-cluster": { type: policyType, inputs: policies.toCluster },
    "certs-to-internet": { type: policyType, inputs: policies.toInternet },
    "certs-from-metrics": { type: policyType, inputs: policies.fromMetrics },
    "certs-release": releaseOf(spec),
  };
}

describe("Certificates", () => {
  test("of a Cloudflare zone are cert-manager, the token and both of Let's Encrypt's issuers", async () => {
    const { registered, result } = await make(cloudflare);
    const [component, ...children] = registered;
    expect(component).toMatchObject({ type: "berth:certificates:Certificates", name: "certs", parent: null });
    expect(Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }]))).toEqual({
      ...baseOf(cloudflare.spec),
      "certs-token": {
        type: "kubernetes:core/v1:Secret",
        inputs: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            name: "cloudflare-api-token",
            namespace: "cert-manager",
            labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "certificates" },
          },
          stringData: secret({ "api-token": "token" }),
        },
      },
      "certs-letsencrypt-staging": { type: issuerType, inputs: acmeIssuerManifest("staging", email, cloudflare.dns) },
      "certs-letsencrypt-production": {
        type: issuerType,
        inputs: acmeIssuerManifest("production", email, cloudflare.dns),
      },
    });
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["certs"]));
    expect(await resolved(result.issuerName)).toBe("letsencrypt-production");
    expect(await resolved(result.namespace)).toBe("cert-manager");
  });

  test("of a Route53 zone have a role for the controller instead of a token", async () => {
    const { registered, result } = await make(route53);
    const children = registered.filter(({ parent }) => parent === "certs");
    const acme = { kind: "route53", hostedZoneId: "Z1", region: "eu-central-1" } as const;
    expect(Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }]))).toEqual({
      ...baseOf(route53.spec),
      "certs-identity": { type: "berth:cluster:PodIdentity", inputs: {} },
      "certs-letsencrypt-staging": { type: issuerType, inputs: acmeIssuerManifest("staging", email, acme) },
      "certs-letsencrypt-production": { type: issuerType, inputs: acmeIssuerManifest("production", email, acme) },
    });
    const inputsOf = (name: string) => registered.find((each) => each.name === name)?.inputs;
    const zone = "arn:aws:route53:::hostedzone/Z1";
    expect(inputsOf("certs-identity-policy")).toEqual({
      role: "certs-identity-role",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "SeeChanges",
            Effect: "Allow",
            Action: ["route53:GetChange"],
            Resource: ["arn:aws:route53:::change/*"],
          },
          { Sid: "ReadRecords", Effect: "Allow", Action: ["route53:ListResourceRecordSets"], Resource: [zone] },
          {
            Sid: "WriteChallenges",
            Effect: "Allow",
            Action: ["route53:ChangeResourceRecordSets"],
            Resource: [zone],
            Condition: {
              "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
              "ForAllValues:StringLike": {
                "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"],
              },
            },
          },
        ],
      }),
    });
    expect(inputsOf("certs-identity-association")).toMatchObject({
      clusterName: "berth",
      namespace: "cert-manager",
      serviceAccount: "cert-manager",
    });
    expect(await resolved(result.issuerName)).toBe("letsencrypt-staging");
  });

  test("start cert-manager within its walls and with its rights, and ask for issuers when it answers", async () => {
    const walls = ["certs-deny-all", "certs-to-webhook", "certs-to-cluster", "certs-to-internet", "certs-from-metrics"];
    const withRole = await make(route53);
    const dependenciesOf = (registered: typeof withRole.registered, name: string) =>
      registered.find((each) => each.name === name)?.dependsOn;
    expect(dependenciesOf(withRole.registered, "certs-release")).toEqual(
      expect.arrayContaining(["certs-namespace", ...walls, "certs-identity-association"]),
    );
    const withToken = await make(cloudflare);
    expect(dependenciesOf(withToken.registered, "certs-letsencrypt-production")).toEqual(
      expect.arrayContaining(["certs-release", "certs-token"]),
    );
  });

  test("need no zone where nobody vouches for them", async () => {
    const { registered, result } = await make({ spec: { issuer: "self-signed", nodeSelector: {} } });
    expect(registered.slice(1).filter(({ type }) => type === issuerType)).toMatchObject([
      { name: "certs-self-signed", inputs: selfSignedIssuerManifest() },
    ]);
    expect(result.nodes).toMatchObject({ identity: null, token: null });
    expect(await resolved(result.issuerName)).toBe("self-signed");
  });

  test("keep the token secret", async () => {
    const { result } = await make(cloudflare);
    const { token } = result.nodes;
    expect(token === null ? null : await pulumi.isSecret(token.stringData)).toBe(true);
    expect(await pulumi.isSecret(result.issuerName)).toBe(false);
  });

  test("take the last change from their user", async () => {
    const { registered } = await make({
      ...cloudflare,
      transform: { release: ({ args, options }) => ({ args: { ...args, timeout: 60 }, options }) },
    });
    expect(registered.find(({ name }) => name === "certs-release")).toMatchObject({ inputs: { timeout: 60 } });
  });

  test("refuse a wrong spec, and one without access to the zone, before anything is made", async () => {
    await expect(make({ spec: { issuer: "production" } })).rejects.toThrow("spec.email: missing.");
    await expect(make({ spec: { issuer: "production", email } })).rejects.toThrow(
      'dns: missing. The issuer production proves the domain by DNS: give the access to the zone, or set spec.issuer to "self-signed".',
    );
  });
});

import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Ingress, type IngressArgs } from "../../components/ingress/ingress.ts";
import { planIngress } from "../../components/ingress/plan.ts";
import { parseIngressSpec } from "../../components/ingress/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const names = { workspaceDomain: "ws.example.com", apiHost: "api.example.com" };
const production = { ...names, replicas: 3 };
const development = { ...names, replicas: 1, nodeSelector: {}, namespace: "edge" };
const router = { podLabels: { "berth.dev/component": "router" }, podPort: 8081, port: 80 };
const make = (spec: IngressArgs["spec"], args: Partial<IngressArgs> = {}) =>
  registrationsOf(
    () =>
      new Ingress("edge", {
        spec,
        issuer: pulumi.output("letsencrypt-production"),
        router: { ...router, namespace: pulumi.output("berth-system"), name: pulumi.output("berth-router") },
        api: { namespace: "berth-system", name: "berth-api", port: 8080 },
        ...args,
      }),
  );

/** What is registered: the plan's objects, with the names that flow in filled in. */
function expected(spec: IngressArgs["spec"]) {
  const parsed = parseIngressSpec(spec);
  const { certificate, namespace, policies, routes, tls, transport, values } = planIngress(parsed, {
    issuer: "letsencrypt-production",
    router: { ...router, namespace: "berth-system", address: "berth-router.berth-system.svc.cluster.local" },
    api: { namespace: "berth-system", port: 8080, address: "berth-api.berth-system.svc.cluster.local" },
  });
  const policy = (inputs: object) => ({ type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", inputs });
  const traefik = (inputs: { readonly kind: string }) => ({
    type: `kubernetes:traefik.io/v1alpha1:${inputs.kind}`,
    inputs,
  });
  const service = (inputs: object) => ({
    type: "kubernetes:core/v1:Service",
    inputs: { apiVersion: "v1", kind: "Service", ...inputs },
  });
  return {
    "edge-namespace": { type: "kubernetes:core/v1:Namespace", inputs: namespace },
    "edge-deny-all": policy(policies.denyAll),
    "edge-from-clients": policy(policies.fromClients),
    "edge-from-metrics": policy(policies.fromMetrics),
    "edge-to-cluster": policy(policies.toCluster),
    "edge-to-services": policy(policies.toServices),
    "edge-certificate": { type: "kubernetes:cert-manager.io/v1:Certificate", inputs: certificate },
    "edge-release": {
      type: "kubernetes:helm.sh/v3:Release",
      inputs: {
        name: "traefik",
        chart: "traefik",
        version: "39.0.9",
        repositoryOpts: { repo: "https://traefik.github.io/charts" },
        namespace: parsed.namespace,
        atomic: true,
        timeout: 300 + parsed.replicas * 75,
        values,
        compat: "true",
      },
    },
    "edge-tls-store": traefik(tls.store),
    "edge-tls-options": traefik(tls.options),
    "edge-transport": traefik(transport),
    "edge-router-service": service(routes.router.service),
    "edge-router-headers": traefik(routes.router.headers),
    "edge-router-route": traefik(routes.router.route),
    "edge-api-service": service(routes.api.service),
    "edge-api-headers": traefik(routes.api.headers),
    "edge-api-route": traefik(routes.api.route),
  };
}

describe("an Ingress", () => {
  test.each([
    ["production", production],
    ["development", development],
  ])("for %s registers the plan's objects under lasting names, all below itself", async (_what, spec) => {
    const { registered } = await make(spec);
    const [component, ...children] = registered;
    expect(component).toMatchObject({ type: "berth:ingress:Ingress", name: "edge", parent: null });
    expect(Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }]))).toEqual(
      expected(spec),
    );
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["edge"]));
  });

  test("starts Traefik within its walls, and routes when the definitions are there", async () => {
    const { registered } = await make(production);
    const dependenciesOf = (name: string) => registered.find((each) => each.name === name)?.dependsOn;
    expect(dependenciesOf("edge-release")).toEqual(
      expect.arrayContaining(["edge-namespace", "edge-deny-all", "edge-from-clients", "edge-to-services"]),
    );
    expect(dependenciesOf("edge-tls-store")).toContain("edge-release");
    expect(dependenciesOf("edge-router-route")).toEqual(
      expect.arrayContaining(["edge-release", "edge-router-service", "edge-router-headers", "edge-transport"]),
    );
  });

  test("lets what is in its namespace go with it, but uninstalls Traefik", async () => {
    const { registered } = await make(production);
    expect(registered.filter(({ deletedWith }) => deletedWith === null).map(({ name }) => name)).toEqual([
      "edge",
      "edge-namespace",
      "edge-release",
    ]);
  });

  test("tells where it is", async () => {
    const { result } = await make(development);
    expect(await resolved(pulumi.all([result.namespace, result.serviceName]))).toEqual(["edge", "traefik"]);
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(production, {
      transform: { release: ({ args, options }) => ({ args: { ...args, timeout: 60 }, options }) },
    });
    expect(registered.find(({ name }) => name === "edge-release")).toMatchObject({ inputs: { timeout: 60 } });
  });

  test("refuses a wrong spec as a user's mistake, before anything is made", async () => {
    await expect(make({ ...names, apiHost: "https://api.example.com" })).rejects.toThrow(
      'spec.apiHost: found "https://api.example.com". Must be a whole domain name in lower case',
    );
  });
});

import { createHash } from "node:crypto";
import { instanceHourOf, pricesOf } from "../core/cost/prices.ts";
import type { CostContext } from "../core/cost/workspace.ts";
import { UserError } from "../core/errors.ts";
import type { FoundationSpec } from "../platform/spec.ts";
import { blueprints } from "../workspace/blueprints/index.ts";
import { networkPolicies } from "./manifests/network.ts";
import {
  autoscalerManifest,
  deploymentManifest,
  disruptionBudgetManifest,
  eachService,
  migrationManifest,
  podMonitorManifest,
} from "./manifests/pods.ts";
import {
  httpPort,
  labelsOf,
  metadataOf,
  type ProvisionerNames,
  provisionerNames,
  type Service,
  servicePort,
} from "./manifests/programs.ts";
import { authoritiesKey, type Surroundings, settingsOf } from "./manifests/settings.ts";
import type { ProvisionerSpec } from "./spec.ts";

export { eachService } from "./manifests/pods.ts";
export type { Program, Service } from "./manifests/programs.ts";
export type { Surroundings } from "./manifests/settings.ts";

/** Name of the ConfigMap of the database's authorities, in the foundation's namespace. */
const authoritiesName = (foundation: Pick<FoundationSpec, "name">) => `${foundation.name}-database-authorities`;

/** What the provisioner is made of, as Kubernetes objects by role; what is known later comes in by functions. */
export function planProvisioner(spec: ProvisionerSpec, foundation: FoundationSpec, mountAuthorities: boolean) {
  const names = provisionerNames(foundation);
  const authorities = mountAuthorities ? authoritiesName(foundation) : undefined;
  return {
    names,
    networkPolicies: networkPolicies(spec, foundation, names),
    /** The environment of each program. */
    environments: (surroundings: Surroundings) => settingsOf(spec, foundation, names, surroundings),
    settings: <Data>(service: Service, data: Data) => ({
      apiVersion: "v1" as const,
      kind: "ConfigMap" as const,
      metadata: metadataOf(names, service),
      data,
    }),
    secret: <Data>(data: Data) => ({
      apiVersion: "v1" as const,
      kind: "Secret" as const,
      metadata: metadataOf(names, "api"),
      type: "Opaque",
      data,
    }),
    authorities: <Text>(pem: Text) => ({
      apiVersion: "v1" as const,
      kind: "ConfigMap" as const,
      metadata: metadataOf(names, "api", authoritiesName(foundation)),
      data: { [authoritiesKey]: pem },
    }),
    /** The migrations' own: what owns the tables is not one of those that answer requests. */
    migrationAccount: {
      apiVersion: "v1" as const,
      kind: "ServiceAccount" as const,
      metadata: metadataOf(names, "migrate", names.serviceAccount("migrate")),
      automountServiceAccountToken: false,
    },
    migration: <Text, Variables>(facts: { readonly image: Text; readonly name: Text; readonly variables: Variables }) =>
      migrationManifest(names, { ...facts, authorities }),
    deployment: <Text>(service: Service, facts: { readonly image: Text; readonly checksum: Text }) =>
      deploymentManifest(spec, names, service, { ...facts, authorities }),
    services: { api: serviceManifest(names, "api"), router: serviceManifest(names, "router") },
    disruptionBudgets: eachService((service) => disruptionBudgetManifest(names, service)),
    autoscalers: {
      api: autoscalerManifest(spec, names, "api"),
      router: autoscalerManifest(spec, names, "router"),
    },
    podMonitors: spec.monitoring.podMonitors ? eachService((service) => podMonitorManifest(names, service)) : null,
  };
}

/** Leads to the pods of a program that answers requests. */
function serviceManifest(names: ProvisionerNames, service: "api" | "router") {
  return {
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: metadataOf(names, service),
    spec: {
      type: "ClusterIP",
      selector: labelsOf(service),
      ports: [{ name: "http", port: servicePort, targetPort: "http", protocol: "TCP" }],
    },
  };
}

/** A program's Service, as the edge needs to know it. */
export function serviceOf(names: ProvisionerNames, service: "api" | "router") {
  return {
    name: names.object(service),
    port: servicePort,
    podLabels: labelsOf(service),
    podPort: httpPort,
  };
}

/** Settings as a container's list of variables. */
export function variablesOf(settings: Readonly<Record<string, string>>) {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

/** The same for the same values, in whichever order; tells nothing of them. */
export function checksumOf(values: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}

/** Name of the Job that migrates for an image: another image or other settings are another Job. */
export function migrationName(names: ProvisionerNames, image: string, checksum: string): string {
  return `${names.object("migrate")}-${checksumOf({ image, checksum })}`;
}

/** Refuses images of blueprints that there are not: the provisioner would not start. */
export function checkWorkspaceImages(named: readonly string[]): void {
  const known = Object.keys(blueprints);
  const [first, ...others] = named
    .filter((name) => !known.includes(name))
    .map((name) => ({
      option: `workspaceImages.${name}`,
      value: name,
      fix: `There is no such blueprint: name one of ${known.join(", ")}.`,
    }));
  if (first !== undefined) throw new UserError(first, ...others);
}

/** Refuses nodes without a known price: the provisioner would not start. */
export function checkCostContext({ region, instanceType }: CostContext): void {
  const prices = pricesOf(region);
  if (instanceHourOf(prices, instanceType) !== null) return;
  const fix = `In ${region}, prices are known for types of ${Object.keys(prices.instanceHour).join(", ")}: name one, or leave costContext out.`;
  throw new UserError({ option: "costContext.instanceType", value: instanceType, fix });
}

/** The values of a Secret as Kubernetes keeps them. */
export function encoded(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Buffer.from(value, "utf8").toString("base64")]),
  );
}

import type { UserMistake } from "../components/core/errors.ts";
import { defaultNamespaces } from "../components/core/namespace.ts";
import { project } from "./project.ts";
import type { Derive, DerivedKey } from "./read-config.ts";

type Values = Readonly<Record<string, unknown>>;

/** What follows from other keys. A `fixed` one may not be written; others are defaults. */
interface Rule {
  readonly path: readonly string[];
  readonly kind: "default" | "fixed";
  /** Keys that it follows from, for the person who wrote it anyway. */
  readonly from: string;
  /** `undefined` where it follows from nothing that is there: its own schema then says what is missing. */
  readonly value: (values: Values) => unknown;
}

const defaults = (path: string, from: string, value: Rule["value"]): Rule => ({
  ...{ path: path.split("."), kind: "default", from, value },
});
const fixed = (path: string, from: string, value: Rule["value"]): Rule => ({
  ...{ path: path.split("."), kind: "fixed", from, value },
});

const text = (values: Values, path: string): string | undefined => {
  const found = at(values, path.split("."));
  return typeof found === "string" ? found : undefined;
};
const named = (prefix: string) => (values: Values) => {
  const installation = text(values, "installation");
  return installation === undefined ? undefined : `${prefix}${installation}`;
};
const guarded = (values: Values) => values.protect !== "no";
const has = (values: Values, path: string) => at(values, path.split(".")) !== undefined;

const rules: readonly Rule[] = [
  ...[
    defaults("cluster.name", "installation", named("berth-")),
    defaults("database.identifier", "installation", named("berth-")),
    defaults("logs.logGroup", "installation", named("/berth/")),
    defaults("budget.name", "installation", named("berth-")),
  ],
  ...[
    "network.deletionProtection",
    "cluster.deletionProtection",
    "database.deletionProtection",
    "database.protectData",
    "state.protectData",
    "backup.protectData",
    "registry.protect",
  ].map((path) => defaults(path, "protect", guarded)),
  defaults("state.forceDestroy", "protect", (values) => !guarded(values)),
];

/** Names and rules that hold for the ways in that are there only. */
const edgeRules: Readonly<Record<"tunnel" | "loadBalancer", readonly Rule[]>> = {
  tunnel: [
    defaults("monitoring.targets.tunnel", "edge.tunnel", (values) => ({ namespace: tunnelNamespace(values) })),
    fixed("edge.tunnel.accountId", "zone.accountId", (values) => text(values, "zone.accountId")),
    defaults("edge.tunnel.tunnelName", "installation", named("berth-")),
    fixed("edge.tunnel.metricsNamespace", "monitoring.namespace", monitoringNamespace),
  ],
  loadBalancer: [
    defaults("edge.loadBalancer.deletionProtection", "protect", guarded),
    // The names of the ports are those of the charts: cert-manager's calls it otherwise than everyone.
    defaults("monitoring.targets.certificates", "edge.loadBalancer", (values) => ({
      namespace: text(values, "certificates.namespace") ?? defaultNamespaces.certificates,
      port: "http-metrics",
    })),
    defaults("monitoring.targets.ingress", "edge.loadBalancer", (values) => ({ namespace: ingressNamespace(values) })),
  ],
};

const insideRules: readonly Rule[] = [
  // No load balancer, no certificate of ours: then nobody is asked for an e-mail address.
  defaults("certificates.issuer", "edge", (values) =>
    has(values, "edge") && !has(values, "edge.loadBalancer") ? "self-signed" : undefined,
  ),
  fixed("ingress.workspaceDomain", "dns.workspaceDomain", (values) => text(values, "dns.workspaceDomain")),
  fixed("ingress.apiHost", "dns.apiHost", (values) => text(values, "dns.apiHost")),
  fixed("ingress.metricsNamespace", "monitoring.namespace", monitoringNamespace),
  fixed("certificates.metricsNamespace", "monitoring.namespace", monitoringNamespace),
  fixed("provisioner.workspaceDomain", "dns.workspaceDomain", (values) => text(values, "dns.workspaceDomain")),
  fixed("provisioner.apiHost", "dns.apiHost", (values) => text(values, "dns.apiHost")),
  defaults("provisioner.clusterDomain", "ingress.clusterDomain", (values) => text(values, "ingress.clusterDomain")),
  fixed("provisioner.network.vpc", "network.cidr", (values) => text(values, "network.cidr")),
  fixed("provisioner.network.edgeNamespaces", "edge", edgeNamespaces),
  fixed("provisioner.monitoring.namespace", "monitoring.namespace", monitoringNamespace),
  // Monitoring is always there, and brings the definitions that these two are made of.
  defaults("provisioner.monitoring.podMonitors", "monitoring", () => true),
  defaults("autoscaler.serviceMonitor", "monitoring", () => true),
  fixed("monitoring.tunnel", "edge.tunnel", (values) => has(values, "edge.tunnel")),
];

/**
 * A platform's configuration with what follows from other keys filled in, so that nobody writes anything twice; and a
 * mistake for each key that somebody wrote although it follows from another. `images` are those that are built here.
 */
export const derivePlatform =
  (images: readonly string[]): Derive =>
  (written) => {
    const ways = (["tunnel", "loadBalancer"] as const).filter((way) => has(written, `edge.${way}`));
    const all = [...rules, repositories(images), ...ways.flatMap((way) => edgeRules[way]), ...insideRules];
    const mistakes: UserMistake[] = [...tunnelWithoutCloudflare(written)];
    const filled: DerivedKey[] = [];
    let values = written;
    for (const { path, kind, from, value: derived } of all) {
      const value = at(written, path);
      const option = path.join(".");
      if (value === undefined) {
        values = put(values, path, derived(written));
        filled.push({ option, from, free: kind === "default" });
      } else if (kind === "fixed") {
        mistakes.push({ option, value, fix: `It follows from ${project}:${from}: take it out.` });
      }
    }
    return { values, mistakes, derived: filled };
  };

/** Its account would follow from the zone, so it is told here, before that one is missed. */
function tunnelWithoutCloudflare(values: Values): readonly UserMistake[] {
  if (text(values, "zone.provider") !== "route53") return [];
  const fix =
    "A Cloudflare Tunnel serves names of a zone at Cloudflare only, and this zone is at Route53: use the load balancer, or move the zone.";
  const serves = text(values, "edge.serves");
  const tunnel = at(values, ["edge", "tunnel"]);
  return [
    ...(serves === "tunnel" ? [{ option: "edge.serves", value: serves, fix }] : []),
    ...(tunnel === undefined ? [] : [{ option: "edge.tunnel", value: tunnel, fix }]),
  ];
}

/** A repository for each image that is built here. */
const repositories = (images: readonly string[]) =>
  defaults("registry.repositories", "installation", (values) => {
    const installation = text(values, "installation");
    return installation === undefined ? undefined : images.map((image) => repositoryOf(installation, image));
  });

/** Name of an image's repository: two installations in one account have their own. */
export function repositoryOf(installation: string, image: string): string {
  return `berth-${installation}/${image}`;
}

function monitoringNamespace(values: Values): string {
  return text(values, "monitoring.namespace") ?? defaultNamespaces.monitoring;
}

function tunnelNamespace(values: Values): string {
  return text(values, "edge.tunnel.namespace") ?? defaultNamespaces.tunnel;
}

function ingressNamespace(values: Values): string {
  return text(values, "ingress.namespace") ?? defaultNamespaces.edge;
}

function edgeNamespaces(values: Values): readonly string[] {
  return [
    ...(has(values, "edge.tunnel") ? [tunnelNamespace(values)] : []),
    ...(has(values, "edge.loadBalancer") ? [ingressNamespace(values)] : []),
  ];
}

function at(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, key) =>
      typeof here === "object" && here !== null ? Object.entries(here).find(([name]) => name === key)?.[1] : undefined,
    values,
  );
}

/** The same with one value put in, or at least its section; what is no object on the way there is left for its schema to refuse. */
function put(values: Values, [key = "", ...rest]: readonly string[], value: unknown): Values {
  if (rest.length === 0) return value === undefined ? values : { ...values, [key]: value };
  const inner = values[key] ?? {};
  if (typeof inner !== "object" || Array.isArray(inner)) return values;
  return { ...values, [key]: put({ ...inner }, rest, value) };
}

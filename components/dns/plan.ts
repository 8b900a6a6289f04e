import { UserError } from "../core/errors.ts";
import type { DnsSpec } from "./spec.ts";

/** Whether `host` lies below `domain`: "api.example.com" below "example.com". */
export function isBelow(domain: string, host: string): boolean {
  return host.endsWith(`.${domain}`);
}

/** Whether `host` is the zone itself or lies below it. */
export function withinZone(zone: string, host: string): boolean {
  return host === zone || isBelow(zone, host);
}

/** Whether the DNS wildcard `*.domain` of certificates, one label, fits `host`. */
export function isMatchedByWildcard(domain: string, host: string): boolean {
  return isBelow(domain, host) && !host.slice(0, -domain.length - 1).includes(".");
}

/** Which record is for what. The key is the end of its logical name. */
export type RecordRole = "wildcard" | "api" | "apex";

/** The names that lead to the platform, by role, as whole names. */
export function recordNames(
  spec: Pick<DnsSpec, "zone" | "workspaceDomain" | "apiHost" | "apex">,
): Readonly<Partial<Record<RecordRole, string>>> & Readonly<Record<"wildcard" | "api", string>> {
  return {
    wildcard: `*.${spec.workspaceDomain}`,
    api: spec.apiHost,
    ...(spec.apex === "edge" ? { apex: spec.zone } : {}),
  };
}

/**
 * Whether Cloudflare's free (Universal) certificate covers a name of a zone: it holds the zone's own name and `*.zone`,
 * so one label and no more. A wildcard is covered when all its names are.
 * Source: https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/
 */
export function certificateCovers(zone: string, hostname: string): boolean {
  return hostname === zone || isMatchedByWildcard(zone, hostname);
}

/** The names of the platform that the free certificate does not cover. */
export function uncoveredNames(
  spec: Pick<DnsSpec, "zone" | "workspaceDomain" | "apiHost" | "apex">,
): readonly string[] {
  return Object.values(recordNames(spec)).filter((hostname) => !certificateCovers(spec.zone, hostname));
}

/** Where a certificate is ordered, and what it must hold: the zone's own name always (the order's rule), then ours. */
export function certificateHosts(
  spec: Pick<DnsSpec, "zone" | "workspaceDomain" | "apiHost" | "apex">,
): readonly string[] {
  return [spec.zone, ...[...uncoveredNames(spec)].sort()];
}

/**
 * Throws a `UserError` with the ways out when Cloudflare is to end TLS for a name that it has no certificate for:
 * browsers would get a handshake error, whatever the records say. `option` is where the domain was written.
 */
export function requireCertificate(
  spec: Pick<DnsSpec, "zone" | "workspaceDomain" | "apiHost" | "apex" | "advancedCertificate">,
  option = "spec",
): void {
  if (spec.advancedCertificate) return;
  const [first, ...others] = uncoveredNames(spec).map((hostname) => ({
    option: hostname === spec.apiHost ? `${option}.apiHost` : `${option}.workspaceDomain`,
    value: hostname === spec.apiHost ? spec.apiHost : spec.workspaceDomain,
    fix: hostname === spec.apiHost ? apiWaysOut(spec.zone, hostname) : workspaceWaysOut(spec.zone, hostname),
  }));
  if (first !== undefined) throw new UserError(first, ...others);
}

function workspaceWaysOut(zone: string, hostname: string): string {
  return [
    `Cloudflare's free certificate covers ${zone} and *.${zone}, not ${hostname}. Three ways out:`,
    "(1) recommended: give workspaces a registrable domain of their own as its own zone, with *.example.net at its first level, which also keeps the product's cookies from them;",
    `(2) keep the name, buy Advanced Certificate Manager for the zone (${advancedCertificatePrice}), and write advancedCertificate: true;`,
    "(3) end TLS in the cluster: a load balancer as the edge and unproxied records, with Let's Encrypt's certificate.",
  ].join(" ");
}

function apiWaysOut(zone: string, hostname: string): string {
  return `Cloudflare's free certificate covers ${zone} and *.${zone}, not ${hostname}. Use a name with one label before the zone (api.${zone}), write advancedCertificate: true (${advancedCertificatePrice}), or end TLS in the cluster, with a load balancer as the edge.`;
}

/** Source: https://www.cloudflare.com/application-services/products/advanced-certificate-manager/ */
const advancedCertificatePrice = "$10 a month";

import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { Certificates, type DnsAccess } from "../components/certificates/certificates.ts";
import { DnsApiToken } from "../components/dns/api-token.ts";
import { cloudflareZone } from "../components/dns/cloudflare.ts";
import { DnsRecords } from "../components/dns/dns.ts";
import { EdgeCertificate } from "../components/dns/edge-certificate.ts";
import { route53Zone } from "../components/dns/route53.ts";
import { Ingress } from "../components/ingress/ingress.ts";
import { LoadBalancer } from "../components/ingress/load-balancer.ts";
import type { ProvisionerService } from "../components/provisioner/provisioner.ts";
import { Tunnel } from "../components/tunnel/tunnel.ts";
import type { PlatformConfig } from "./config.ts";

/** What the ways in lead to, and where the load balancer stands. */
export interface EdgeSite {
  readonly router: ProvisionerService;
  readonly api: ProvisionerService;
  readonly clusterName: Input<string>;
  readonly vpcId: Input<string>;
  readonly publicSubnetIds: readonly Input<string>[];
  /** Names of the Auto Scaling groups of the system's nodes, by zone. */
  readonly autoScalingGroups: Readonly<Record<string, Input<string>>>;
  readonly nodeSecurityGroupId: Input<string>;
}

export interface Edge {
  /** What the platform's names lead to. */
  readonly hostname: Output<string>;
  readonly records: DnsRecords;
}

/** How the edge's parts are made: those in the cloud wait for nothing, those in the cluster for what that needs. */
export interface EdgeOptions {
  readonly cloud: ComponentResourceOptions;
  readonly inside: ComponentResourceOptions;
}

/** The ways in that the configuration names, and the records that lead to the one that serves. */
export function makeEdge(config: PlatformConfig, site: EdgeSite, options: EdgeOptions): Edge {
  const { dns, edge } = config;
  const tunnel = edge.tunnel === undefined ? null : makeTunnel(config, edge.tunnel, site, options);
  const loadBalancer =
    edge.loadBalancer === undefined ? null : makeLoadBalancer(config, edge.loadBalancer, site, options);
  const way = edge.serves === "tunnel" ? tunnel : loadBalancer;
  if (way === null) throw new Error(`The configuration has no ${edge.serves}.`);

  const zone =
    config.zone.provider === "cloudflare"
      ? cloudflareZone({ zoneId: config.zone.zoneId, proxied: edge.serves === "tunnel" })
      : route53Zone({ zoneId: config.zone.zoneId });
  // Ordered as soon as there is a tunnel, not when names lead to it: it takes minutes to be valid.
  if (config.zone.provider === "cloudflare" && tunnel !== null && dns.advancedCertificate) {
    new EdgeCertificate("edge-certificate", { spec: dns, zoneId: config.zone.zoneId }, options.cloud);
  }
  const { target, targetZoneId, ready } = way;
  const records = new DnsRecords(
    "dns",
    { spec: dns, zone, target, ...(targetZoneId === undefined ? {} : { targetZoneId }) },
    { ...options.cloud, dependsOn: ready },
  );
  return { hostname: target, records };
}

/** One of the ways in: what names must lead to, and what must be there before they do. */
interface WayIn {
  readonly target: Output<string>;
  readonly targetZoneId?: Output<string>;
  readonly ready: Resource[];
}

function makeTunnel(
  { dns }: PlatformConfig,
  spec: NonNullable<PlatformConfig["edge"]["tunnel"]>,
  { router, api }: EdgeSite,
  options: EdgeOptions,
): WayIn {
  const hostnames = [
    { hostname: `*.${dns.workspaceDomain}`, service: router },
    { hostname: dns.apiHost, service: api },
  ];
  const tunnel = new Tunnel("tunnel", { spec, hostnames }, options.inside);
  return { target: tunnel.hostname, ready: [tunnel] };
}

/** The load balancer, Traefik behind it, and where its certificate comes from. */
function makeLoadBalancer(
  config: PlatformConfig,
  spec: NonNullable<PlatformConfig["edge"]["loadBalancer"]>,
  site: EdgeSite,
  { cloud, inside }: EdgeOptions,
): WayIn {
  const { router, api, clusterName, publicSubnetIds, ...network } = site;
  const dns = dnsAccess(config, clusterName, cloud);
  const certificates = new Certificates("certificates", { spec: config.certificates, ...dns }, inside);
  const issuer = certificates.issuerName;
  const ingress = new Ingress("ingress", { spec: config.ingress, issuer, router, api }, inside);
  const balancer = new LoadBalancer(
    "load-balancer",
    { spec, ...network, publicSubnetIds: [...publicSubnetIds] },
    cloud,
  );
  return { target: balancer.hostname, targetZoneId: balancer.zoneId, ready: [ingress, balancer] };
}

/** How cert-manager proves that a name is ours. */
function dnsAccess(
  { installation, aws, certificates, dns, zone }: PlatformConfig,
  clusterName: Input<string>,
  options: ComponentResourceOptions,
): { readonly dns?: DnsAccess } {
  if (certificates.issuer === "self-signed") return {};
  if (zone.provider === "route53") {
    return { dns: { kind: "route53", hostedZoneId: zone.zoneId, region: aws.region, clusterName, zone: dns.zone } };
  }
  const { accountId, zoneId } = zone;
  const tokenName = `berth-${installation} cert-manager`;
  const { token } = new DnsApiToken("dns-token", { accountId, zoneId, tokenName }, options);
  return { dns: { kind: "cloudflare", apiToken: token, zone: dns.zone } };
}

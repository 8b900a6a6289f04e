import * as pulumi from "@pulumi/pulumi";
import { awaiting } from "../awaiting.ts";
import { type RecordRole, recordNames, requireCertificate } from "./plan.ts";
import { type DnsSpecInput, parseDnsSpec } from "./spec.ts";
import type { DnsZone } from "./zone.ts";

export interface DnsRecordsArgs {
  /** Which names lead to the platform. Plain data, because records are made of it. */
  readonly spec: DnsSpecInput;
  /** The zone: `cloudflareZone({ … })` or `route53Zone({ … })`. */
  readonly zone: DnsZone;
  /** Host name that the names lead to: the tunnel's or the load balancer's. */
  readonly target: pulumi.Input<string>;
  /**
   * Route53's own zone of the load balancer: with it, a zone of Route53 has aliases.
   * @default none: the records are CNAMEs
   */
  readonly targetZoneId?: pulumi.Input<string>;
}

/** The records, by what they are for. */
export type DnsRecordsNodes = Readonly<Record<RecordRole | "issuers", readonly pulumi.CustomResource[]>>;

/**
 * The names of the platform in one zone: the wildcard of the workspaces, the API's, the zone's own only when asked, and
 * who may issue certificates for the workspaces' domain when that is limited.
 *
 * Refuses names for which the zone's own servers have no certificate, with the ways out, before anything is made.
 *
 * Records cost nothing at Cloudflare; for Route53 see `route53Zone`.
 *
 * @example
 * new DnsRecords("dns", {
 *   spec: { zone: "example.net", workspaceDomain: "example.net", apiHost: "api.example.net", apiAmongWorkspaces: true },
 *   zone: cloudflareZone({ zoneId: "023e105f4ecef8ad9ca31a8372d0c353", proxied: true }),
 *   target: tunnel.hostname,
 * });
 */
export class DnsRecords extends pulumi.ComponentResource {
  /** Domain of the workspaces, known when its records are there. */
  readonly workspaceDomain: pulumi.Output<string>;
  /** Host name of the API, known when its record is there. */
  readonly apiHost: pulumi.Output<string>;
  readonly nodes: DnsRecordsNodes;

  constructor(name: string, args: DnsRecordsArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:dns:DnsRecords", name, {}, options);
    const spec = parseDnsSpec(args.spec);
    if (args.zone.endsTls) requireCertificate(spec);
    const names = recordNames(spec);
    const { ttlSeconds } = spec;
    const here = { parent: this };
    const target = {
      hostname: args.target,
      ipv6: spec.ipv6,
      ...(args.targetZoneId === undefined ? {} : { aliasZoneId: args.targetZoneId }),
    };
    const point = (role: RecordRole): readonly pulumi.CustomResource[] => {
      const hostname = names[role];
      if (hostname === undefined) return [];
      return args.zone.point(`${name}-${role}`, { hostname, isApex: hostname === spec.zone, target, ttlSeconds }, here);
    };

    // First, as it is the one that a zone can refuse: then nothing was made yet.
    const apex = point("apex");
    const wildcard = point("wildcard");
    const api = point("api");
    // A wildcard's issuers are looked up at the name below the star; the API's own name may hold nothing beside a CNAME.
    const issuers =
      spec.caa === undefined
        ? []
        : args.zone.limitIssuers(
            `${name}-caa`,
            { hostname: spec.workspaceDomain, issuers: [...spec.caa.issuers].sort(), ttlSeconds },
            here,
          );

    this.nodes = { wildcard, api, apex, issuers };
    this.workspaceDomain = awaiting(spec.workspaceDomain, wildcard);
    this.apiHost = awaiting(spec.apiHost, api);
    this.registerOutputs({ workspaceDomain: this.workspaceDomain, apiHost: this.apiHost });
  }
}

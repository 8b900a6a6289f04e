import { DnsRecord, type DnsRecordArgs } from "@pulumi/cloudflare/dnsRecord.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import type { DnsZone } from "./zone.ts";

/** A zone at Cloudflare. */
export interface CloudflareZone {
  /** The zone's id, 32 hexadecimal digits. */
  readonly zoneId: Input<string>;
  /**
   * Whether browsers speak with Cloudflare, which passes requests on: needed by a tunnel, and what hides a load
   * balancer's addresses. Otherwise Cloudflare only answers where the name leads.
   */
  readonly proxied: boolean;
  /** Last changes to each record, where no argument says it. */
  readonly transform?: Transform<DnsRecordArgs>;
}

/** "Automatic", the only TTL of proxied records: https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/ */
const automaticTtl = 1;
/** Shown beside the record in Cloudflare's dashboard: at most 100 characters on the free plan. */
const comment = "Made by Berth: changes here are undone by the next pulumi up";

/** The zone as `DnsRecords` takes it. At Cloudflare even the zone's own name can be a CNAME: it is flattened. */
export function cloudflareZone({ zoneId, proxied, transform }: CloudflareZone): DnsZone {
  const make = (name: string, args: DnsRecordArgs, options: CustomResourceOptions) => {
    const child = declare<DnsRecordArgs>(transform, args, options);
    return new DnsRecord(name, child.args, child.options);
  };
  return {
    endsTls: proxied,
    point: (name, { hostname, target, ttlSeconds }, options) => [
      make(
        name,
        {
          zoneId,
          name: hostname,
          type: "CNAME",
          content: target.hostname,
          proxied,
          ttl: proxied ? automaticTtl : ttlSeconds,
          comment,
        },
        options,
      ),
    ],
    limitIssuers: (name, { hostname, issuers, ttlSeconds }, options) =>
      issuers.map((issuer) =>
        make(
          `${name}-${issuer}`,
          {
            zoneId,
            name: hostname,
            type: "CAA",
            data: { flags: 0, tag: "issue", value: issuer },
            proxied: false,
            ttl: ttlSeconds,
            comment,
          },
          options,
        ),
      ),
  };
}

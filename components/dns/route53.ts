import { type RecordArgs, Record as Route53Record } from "@pulumi/aws/route53/record.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { UserError } from "../core/errors.ts";
import { declare, type Transform } from "../transform.ts";
import type { DnsZone } from "./zone.ts";

/** A public hosted zone of Route53. */
export interface Route53Zone {
  /** The hosted zone's id: "Z…". */
  readonly zoneId: Input<string>;
  /** Last changes to each record, where no argument says it. */
  readonly transform?: Transform<RecordArgs>;
}

/**
 * The zone as `DnsRecords` takes it: an alias where the target is a load balancer of AWS (free, and possible for the
 * zone's own name too), a CNAME otherwise. A zone costs $0.50 a month, queries for aliases nothing:
 * https://aws.amazon.com/route53/pricing/
 */
export function route53Zone({ zoneId, transform }: Route53Zone): DnsZone {
  const make = (name: string, args: RecordArgs, options: CustomResourceOptions) => {
    const child = declare<RecordArgs>(transform, args, options);
    return new Route53Record(name, child.args, child.options);
  };
  return {
    endsTls: false,
    point(name, { hostname, isApex, target, ttlSeconds }, options) {
      const { aliasZoneId } = target;
      if (aliasZoneId !== undefined) {
        // The load balancer's own health checks decide already; a second opinion could only take the one record away.
        const aliases = [{ name: target.hostname, zoneId: aliasZoneId, evaluateTargetHealth: false }];
        const types = target.ipv6 ? (["A", "AAAA"] as const) : (["A"] as const);
        return types.map((type) =>
          make(`${name}-${type.toLowerCase()}`, { zoneId, name: hostname, type, aliases }, options),
        );
      }
      if (isApex) {
        throw new UserError({
          option: "spec.apex",
          value: "edge",
          fix: "In Route53 a zone's own name can lead to a load balancer of AWS only (give its targetZoneId), as it can be no CNAME: leave apex untouched.",
        });
      }
      return [
        make(
          `${name}-cname`,
          { zoneId, name: hostname, type: "CNAME", records: [target.hostname], ttl: ttlSeconds },
          options,
        ),
      ];
    },
    // Route53 keeps all values of one name and type as one record.
    limitIssuers: (name, { hostname, issuers, ttlSeconds }, options) => [
      make(
        name,
        {
          zoneId,
          name: hostname,
          type: "CAA",
          records: issuers.map((issuer) => `0 issue "${issuer}"`),
          ttl: ttlSeconds,
        },
        options,
      ),
    ],
  };
}

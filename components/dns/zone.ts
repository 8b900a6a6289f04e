import type { CustomResource, CustomResourceOptions, Input } from "@pulumi/pulumi";

/** What a name leads to. */
export interface RecordTarget {
  /** Host name: a load balancer's, or "<tunnel>.cfargotunnel.com". */
  readonly hostname: Input<string>;
  /** Route53's own zone of an AWS load balancer, by which an alias finds it. Plain names have none. */
  readonly aliasZoneId?: Input<string>;
  /** Whether the target has IPv6 addresses too. */
  readonly ipv6: boolean;
}

/** One name and where it leads. */
export interface NameRecord {
  /** The whole name: "*.ws.example.com". */
  readonly hostname: string;
  /** Whether it is the zone's own name, which by DNS' rules can be no CNAME. */
  readonly isApex: boolean;
  /** Where it leads. */
  readonly target: RecordTarget;
  /** Seconds that resolvers may keep the answer, where that can be chosen. */
  readonly ttlSeconds: number;
}

/** Who may issue certificates for a name and all below it. */
export interface IssuerRecord {
  /** The whole name: "ws.example.com". */
  readonly hostname: string;
  /** Domains of certificate authorities: "letsencrypt.org". */
  readonly issuers: readonly string[];
  /** Seconds that resolvers may keep the answer, where that can be chosen. */
  readonly ttlSeconds: number;
}

/**
 * A zone that records can be made in. Each method makes its resources with the options given, under logical names that
 * begin with `name` and stay the same for the same record.
 */
export interface DnsZone {
  /** Whether browsers speak TLS with the zone's own servers, not with what records point to. */
  readonly endsTls: boolean;
  /** Makes a name lead to its target. Throws a `UserError` where the zone cannot. */
  point(name: string, record: NameRecord, options: CustomResourceOptions): readonly CustomResource[];
  /** Says who may issue certificates (CAA, RFC 8659). */
  limitIssuers(name: string, record: IssuerRecord, options: CustomResourceOptions): readonly CustomResource[];
}

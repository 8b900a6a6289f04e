import { z } from "zod";
import { domainName } from "../core/dns-names.ts";
import { isReservedHostLabel } from "../core/names.ts";
import { parseOrExplain } from "../core/parse.ts";
import { isBelow, isMatchedByWildcard, withinZone } from "./plan.ts";

/** Which names of a zone lead to the platform. */
export const dnsSpec = z
  .strictObject({
    zone: domainName
      .describe("Name of the zone that the records are made in, as Cloudflare or Route53 shows it")
      .meta({ examples: ["example.com"] }),
    workspaceDomain: domainName
      .describe("Domain below which every workspace has its host name; the zone itself, or within it")
      .meta({ examples: ["ws.example.com", "example.net"] }),
    apiHost: domainName.describe("Host name of the API, within the zone").meta({ examples: ["api.example.com"] }),
    apiAmongWorkspaces: z
      .boolean()
      .default(false)
      .describe(
        "Whether the API's name may be one that the workspaces' wildcard fits too; to a browser it is then of the same site as the workspaces",
      ),
    apex: z
      .enum(["untouched", "edge"])
      .default("untouched")
      .describe("What the zone's own name does: keep what it has, or lead to the platform as well"),
    ttlSeconds: z
      .int()
      // https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/: 60 s to one day where it can be chosen.
      .min(60, "must be from 60 to 86400")
      .max(86_400, "must be from 60 to 86400")
      .default(300)
      .describe("Seconds that resolvers may keep an answer, where the zone leaves the choice to us"),
    ipv6: z
      .boolean()
      .default(false)
      .describe("Whether the load balancer has IPv6 addresses too, so that Route53 aliases speak of them"),
    caa: z
      .strictObject({
        issuers: z
          .array(
            z
              .string()
              .regex(
                /^[a-z0-9.-]+\.[a-z]{2,}$/,
                "must be an issuer's domain as its documents give it: letsencrypt.org",
              ),
          )
          .min(1, "must name at least one issuer: leave out `caa` to let all of them issue")
          .refine((issuers) => new Set(issuers).size === issuers.length, "must name each issuer once")
          .describe("The authorities, by the domains that their documents give for CAA records"),
      })
      .optional()
      .describe(
        "Which certificate authorities may issue for the workspaces' domain and all below it; without it all may. Cloudflare's own certificates need letsencrypt.org, pki.goog and ssl.com",
      )
      .meta({ examples: [{ issuers: ["letsencrypt.org", "pki.goog", "ssl.com"] }] }),
    advancedCertificate: z
      .boolean()
      .default(false)
      .describe(
        "Whether an advanced certificate is ordered from Cloudflare for the names that the free one does not cover; its Advanced Certificate Manager must be bought for the zone",
      ),
  })
  .superRefine((spec, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const { zone, workspaceDomain, apiHost } = spec;
    if (!withinZone(zone, workspaceDomain)) {
      wrong("workspaceDomain", `must be the zone ${zone} itself, or end in .${zone}`);
    }
    if (!isBelow(zone, apiHost)) {
      wrong(
        "apiHost",
        `must end in .${zone}: records can be made within this zone only, and its own name stays as it is`,
      );
    } else if (apiHost === workspaceDomain || isBelow(apiHost, workspaceDomain)) {
      wrong(
        "apiHost",
        `must not hold the workspaces' domain ${workspaceDomain}: give the API a name of its own, such as api.${zone}`,
      );
    } else if (isMatchedByWildcard(workspaceDomain, apiHost)) {
      const [label = ""] = apiHost.split(".");
      if (!isReservedHostLabel(label)) {
        wrong(
          "apiHost",
          `must not be a name that a workspace can get: use one that is reserved, such as api.${workspaceDomain}`,
        );
      } else if (!spec.apiAmongWorkspaces) {
        wrong(
          "apiHost",
          `fits the workspaces' wildcard *.${workspaceDomain}: use a name outside of it, or say apiAmongWorkspaces: true if workspaces and API may be one site to a browser`,
        );
      }
    }
  });
/** What it is once read: every default filled in. */
export type DnsSpec = z.infer<typeof dnsSpec>;
/** The same as one writes it: what has a default may be left out. */
export type DnsSpecInput = z.input<typeof dnsSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseDnsSpec(spec: unknown): DnsSpec {
  return parseOrExplain(dnsSpec, spec, "spec");
}

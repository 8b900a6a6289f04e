import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  certificateCovers,
  certificateHosts,
  recordNames,
  requireCertificate,
  uncoveredNames,
} from "../../../components/dns/plan.ts";
import {
  dnsEditPermissions,
  permissionGroupIds,
  zonePermissionScope,
  zoneResources,
} from "../../../components/dns/plan-permissions.ts";
import { type DnsSpecInput, parseDnsSpec } from "../../../components/dns/spec.ts";

const deep: DnsSpecInput = { zone: "example.com", workspaceDomain: "ws.example.com", apiHost: "api.example.com" };
const own: DnsSpecInput = {
  zone: "example.net",
  workspaceDomain: "example.net",
  apiHost: "api.example.net",
  apiAmongWorkspaces: true,
};

describe("the names", () => {
  test("have defaults that change nothing else in the zone", () => {
    expect(parseDnsSpec(deep)).toEqual({
      ...deep,
      apiAmongWorkspaces: false,
      apex: "untouched",
      ttlSeconds: 300,
      ipv6: false,
      advancedCertificate: false,
    });
    expect(recordNames(parseDnsSpec(deep))).toEqual({ wildcard: "*.ws.example.com", api: "api.example.com" });
    expect(recordNames(parseDnsSpec({ ...own, apex: "edge" }))).toEqual({
      wildcard: "*.example.net",
      api: "api.example.net",
      apex: "example.net",
    });
  });

  test.each<[string, object, string]>([
    [
      "domain outside of the zone",
      { workspaceDomain: "ws.example.org" },
      'spec.workspaceDomain: found "ws.example.org". Must be the zone example.com itself, or end in .example.com.',
    ],
    [
      "domain that only looks to be in it",
      { workspaceDomain: "wsexample.com" },
      'spec.workspaceDomain: found "wsexample.com". Must be the zone example.com itself, or end in .example.com.',
    ],
    [
      "domain with its star",
      { workspaceDomain: "*.ws.example.com" },
      `spec.workspaceDomain: found "*.ws.example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com.`,
    ],
    [
      "domain that is one label",
      { workspaceDomain: "ws" },
      `spec.workspaceDomain: found "ws". Must be a whole domain name in lower case`,
    ],
    [
      "API outside of the zone",
      { apiHost: "api.example.org" },
      'spec.apiHost: found "api.example.org". Must end in .example.com: records can be made within this zone only, and its own name stays as it is.',
    ],
    [
      "API at the zone's own name",
      { apiHost: "example.com" },
      'spec.apiHost: found "example.com". Must end in .example.com: records can be made within this zone only, and its own name stays as it is.',
    ],
    [
      "API at the workspaces' domain",
      { apiHost: "ws.example.com" },
      'spec.apiHost: found "ws.example.com". Must not hold the workspaces\' domain ws.example.com: give the API a name of its own, such as api.example.com.',
    ],
    [
      "API above the workspaces' domain",
      { apiHost: "a.example.com", workspaceDomain: "ws.a.example.com" },
      "Must not hold the workspaces' domain ws.a.example.com",
    ],
    [
      "API that a workspace could be",
      { apiHost: "alice.ws.example.com", apiAmongWorkspaces: true },
      'spec.apiHost: found "alice.ws.example.com". Must not be a name that a workspace can get: use one that is reserved, such as api.ws.example.com.',
    ],
    [
      "API among workspaces that nobody allowed",
      { apiHost: "api.ws.example.com" },
      'spec.apiHost: found "api.ws.example.com". It fits the workspaces\' wildcard *.ws.example.com: use a name outside of it, or say apiAmongWorkspaces: true if workspaces and API may be one site to a browser.',
    ],
    ["TTL too short", { ttlSeconds: 5 }, "spec.ttlSeconds: found 5. Must be from 60 to 86400."],
    ["CAA of nobody", { caa: { issuers: [] } }, "spec.caa.issuers: found []. Must name at least one issuer"],
    [
      "CAA with a URL",
      { caa: { issuers: ["https://letsencrypt.org"] } },
      'spec.caa.issuers[0]: found "https://letsencrypt.org". Must be an issuer\'s domain as its documents give it: letsencrypt.org.',
    ],
    ["CAA twice", { caa: { issuers: ["pki.goog", "pki.goog"] } }, "Must name each issuer once."],
    ["misspelt option", { proxied: true }, "spec.proxied: found true. There is no such option"],
  ])("refuse a %s", (_, change, message) => {
    expect(() => parseDnsSpec({ ...deep, ...change })).toThrow(message);
  });

  test("tell every mistake at once", () => {
    expect(() => parseDnsSpec({ zone: "example.com", workspaceDomain: "a.org", apiHost: "b.org" })).toThrow(
      [
        'spec.workspaceDomain: found "a.org". Must be the zone example.com itself, or end in .example.com.',
        'spec.apiHost: found "b.org". Must end in .example.com: records can be made within this zone only, and its own name stays as it is.',
      ].join("\n"),
    );
  });
});

describe("Cloudflare's free certificate", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);

  test("covers the zone and one label below it, and no more", () => {
    expect(certificateCovers("example.com", "example.com")).toBe(true);
    expect(certificateCovers("example.com", "*.example.com")).toBe(true);
    expect(certificateCovers("example.com", "api.example.com")).toBe(true);
    expect(certificateCovers("example.com", "*.ws.example.com")).toBe(false);
    expect(certificateCovers("example.com", "api.ws.example.com")).toBe(false);
    expect(certificateCovers("example.com", "apiexample.com")).toBe(false);
    fc.assert(
      fc.property(fc.array(label, { maxLength: 4 }), (labels) => {
        expect(certificateCovers("example.com", [...labels, "example.com"].join("."))).toBe(labels.length <= 1);
      }),
    );
  });

  test("is enough for a domain of the workspaces' own", () => {
    expect(uncoveredNames(parseDnsSpec(own))).toEqual([]);
    expect(() => requireCertificate(parseDnsSpec(own))).not.toThrow();
  });

  test("does not cover a deeper wildcard, which is explained with three ways out", () => {
    expect(() => requireCertificate(parseDnsSpec(deep), "berth:dns")).toThrow(
      'berth:dns.workspaceDomain: found "ws.example.com". Cloudflare\'s free certificate covers example.com and *.example.com, not *.ws.example.com. Three ways out: ' +
        "(1) recommended: give workspaces a registrable domain of their own as its own zone, with *.example.net at its first level, which also keeps the product's cookies from them; " +
        "(2) keep the name, buy Advanced Certificate Manager for the zone ($10 a month), and write advancedCertificate: true; " +
        "(3) end TLS in the cluster: a load balancer as the edge and unproxied records, with Let's Encrypt's certificate.",
    );
    const both = { ...deep, apiHost: "api.platform.example.com" };
    expect(() => requireCertificate(parseDnsSpec(both))).toThrow(
      'spec.apiHost: found "api.platform.example.com". Cloudflare\'s free certificate covers example.com and *.example.com, not api.platform.example.com. ' +
        "Use a name with one label before the zone (api.example.com), write advancedCertificate: true ($10 a month), or end TLS in the cluster, with a load balancer as the edge.",
    );
  });

  test("gives way to an ordered one, which holds the zone and what is missing", () => {
    const ordered = parseDnsSpec({ ...deep, apiHost: "api.platform.example.com", advancedCertificate: true });
    expect(() => requireCertificate(ordered)).not.toThrow();
    expect(certificateHosts(ordered)).toEqual(["example.com", "*.ws.example.com", "api.platform.example.com"]);
  });
});

describe("permissions of a DNS token", () => {
  const groups = [
    { id: "account-wide", name: "DNS Write", scopes: ["com.cloudflare.api.account"] },
    { id: "zone-read", name: "Zone Read", scopes: [zonePermissionScope] },
    { id: "dns-read", name: "DNS Read", scopes: [zonePermissionScope] },
    { id: "dns-write", name: "DNS Write", scopes: [zonePermissionScope] },
  ];

  test("are found by their names among those for zones", () => {
    expect(permissionGroupIds(groups, dnsEditPermissions)).toEqual(["dns-write", "zone-read"]);
    expect(permissionGroupIds([...groups].reverse(), dnsEditPermissions)).toEqual(["dns-write", "zone-read"]);
  });

  test("that are not listed are named", () => {
    expect(() => permissionGroupIds([], dnsEditPermissions)).toThrow(
      `Cloudflare's permission groups: found "DNS Write". The account lists no permission of this name for com.cloudflare.api.account.zone: give the provider's token "Account API Tokens Write" on this account.`,
    );
  });

  test("are for one zone", () => {
    expect(zoneResources("9a78")).toBe('{"com.cloudflare.api.account.zone.9a78":"*"}');
  });
});

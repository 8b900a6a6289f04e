import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { DnsApiToken } from "../../components/dns/api-token.ts";
import { cloudflareZone } from "../../components/dns/cloudflare.ts";
import { DnsRecords, type DnsRecordsArgs } from "../../components/dns/dns.ts";
import { EdgeCertificate } from "../../components/dns/edge-certificate.ts";
import { route53Zone } from "../../components/dns/route53.ts";
import type { DnsSpecInput } from "../../components/dns/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const zoneId = "9a7806061c88ada191ed06f989cc3dac";
const accountId = "023e105f4ecef8ad9ca31a8372d0c353";
/** Workspaces on a domain of their own, as the development stack has them. */
const dev: DnsSpecInput = {
  zone: "example.net",
  workspaceDomain: "example.net",
  apiHost: "api.example.net",
  apiAmongWorkspaces: true,
};
/** Workspaces below the product's own domain, with everything that can be asked for. */
const prod: DnsSpecInput = {
  zone: "example.com",
  workspaceDomain: "ws.example.com",
  apiHost: "api.example.com",
  apex: "edge",
  ipv6: true,
  ttlSeconds: 60,
  caa: { issuers: ["pki.goog", "letsencrypt.org"] },
  advancedCertificate: true,
};
const proxied = () => cloudflareZone({ zoneId, proxied: true });
const comment = "Made by Berth: changes here are undone by the next pulumi up";

async function records(args: Partial<DnsRecordsArgs>) {
  const { registered, result } = await registrationsOf(
    () => new DnsRecords("dns", { spec: dev, zone: proxied(), target: "t.cfargotunnel.com", ...args }),
  );
  const [component, ...children] = registered;
  expect(component).toMatchObject({ type: "berth:dns:DnsRecords", name: "dns", parent: null });
  expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["dns"]));
  return { result, registered: Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }])) };
}

/** The message with which a program is refused; waits for what it had begun, or the next one would meet it. */
async function refusal(program: Promise<unknown>): Promise<string> {
  const message = await program.then(
    () => "not refused",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await pulumi.runtime.disconnect();
  return message;
}

describe("DnsRecords at Cloudflare", () => {
  const record = (inputs: object) => ({
    type: "cloudflare:index/dnsRecord:DnsRecord",
    inputs: { zoneId, comment, ...inputs },
  });

  test("lead the wildcard and the API to the tunnel, and leave the zone's own name", async () => {
    const { registered, result } = await records({});
    const point = { type: "CNAME", content: "t.cfargotunnel.com", proxied: true, ttl: 1 };
    expect(registered).toEqual({
      "dns-wildcard": record({ name: "*.example.net", ...point }),
      "dns-api": record({ name: "api.example.net", ...point }),
    });
    expect(await resolved(result.workspaceDomain)).toBe("example.net");
    expect(await resolved(result.apiHost)).toBe("api.example.net");
  });

  test("lead everything that is asked for to the load balancer, unproxied, and limit who may issue", async () => {
    const { registered } = await records({
      spec: prod,
      zone: cloudflareZone({ zoneId, proxied: false }),
      target: "nlb.example.amazonaws.com",
      targetZoneId: "ZNLB",
    });
    const point = { type: "CNAME", content: "nlb.example.amazonaws.com", proxied: false, ttl: 60 };
    const caa = (value: string) => ({
      name: "ws.example.com",
      type: "CAA",
      data: { flags: 0, tag: "issue", value },
      proxied: false,
      ttl: 60,
    });
    expect(registered).toEqual({
      "dns-wildcard": record({ name: "*.ws.example.com", ...point }),
      "dns-api": record({ name: "api.example.com", ...point }),
      "dns-apex": record({ name: "example.com", ...point }),
      "dns-caa-letsencrypt.org": record(caa("letsencrypt.org")),
      "dns-caa-pki.goog": record(caa("pki.goog")),
    });
  });

  test("are the same whatever the order of the issuers", async () => {
    const other = { ...prod, caa: { issuers: ["letsencrypt.org", "pki.goog"] } };
    expect((await records({ spec: other })).registered).toEqual((await records({ spec: prod })).registered);
  });

  test("are refused where Cloudflare ends TLS without a certificate, not where the cluster does", async () => {
    const deep = { ...prod, advancedCertificate: false };
    expect(await refusal(records({ spec: deep }))).toContain(
      'spec.workspaceDomain: found "ws.example.com". Cloudflare\'s free certificate covers example.com and *.example.com, not *.ws.example.com. Three ways out:',
    );
    await expect(records({ spec: deep, zone: cloudflareZone({ zoneId, proxied: false }) })).resolves.toBeDefined();
    await expect(records({ spec: deep, zone: route53Zone({ zoneId }), targetZoneId: "ZNLB" })).resolves.toBeDefined();
  });

  test("take the last change from their user", async () => {
    const zone = cloudflareZone({
      zoneId,
      proxied: true,
      transform: ({ args, options }) => ({ args: { ...args, comment: "mine" }, options }),
    });
    const { registered } = await records({ zone });
    expect(registered["dns-api"]).toMatchObject({ inputs: { comment: "mine" } });
  });
});

describe("DnsRecords at Route53", () => {
  const record = (inputs: object) => ({ type: "aws:route53/record:Record", inputs: { zoneId: "Z1", ...inputs } });
  const zone = () => route53Zone({ zoneId: "Z1" });

  test("are aliases of a load balancer, of both families where it has both", async () => {
    const { registered } = await records({
      spec: prod,
      zone: zone(),
      target: "nlb.amazonaws.com",
      targetZoneId: "ZNLB",
    });
    const aliases = [{ name: "nlb.amazonaws.com", zoneId: "ZNLB", evaluateTargetHealth: false }];
    const both = (role: string, name: string) => ({
      [`dns-${role}-a`]: record({ name, type: "A", aliases }),
      [`dns-${role}-aaaa`]: record({ name, type: "AAAA", aliases }),
    });
    expect(registered).toEqual({
      ...both("wildcard", "*.ws.example.com"),
      ...both("api", "api.example.com"),
      ...both("apex", "example.com"),
      "dns-caa": record({
        name: "ws.example.com",
        type: "CAA",
        records: ['0 issue "letsencrypt.org"', '0 issue "pki.goog"'],
        ttl: 60,
      }),
    });
  });

  test("are CNAMEs of any other target", async () => {
    const { registered } = await records({ zone: zone(), target: "edge.example.org" });
    const cname = { type: "CNAME", records: ["edge.example.org"], ttl: 300 };
    expect(registered).toEqual({
      "dns-wildcard-cname": record({ name: "*.example.net", ...cname }),
      "dns-api-cname": record({ name: "api.example.net", ...cname }),
    });
  });

  test("cannot lead the zone's own name to what is no load balancer", async () => {
    expect(await refusal(records({ spec: { ...dev, apex: "edge" }, zone: zone() }))).toContain(
      'spec.apex: found "edge". In Route53 a zone\'s own name can lead to a load balancer of AWS only',
    );
  });
});

describe("an EdgeCertificate", () => {
  test("holds the zone and what the free one does not cover", async () => {
    const { registered } = await registrationsOf(() => new EdgeCertificate("certificate", { spec: prod, zoneId }));
    expect(registered.slice(1)).toEqual([
      expect.objectContaining({
        type: "cloudflare:index/certificatePack:CertificatePack",
        name: "certificate-pack",
        parent: "certificate",
        inputs: {
          zoneId,
          type: "advanced",
          hosts: ["example.com", "*.ws.example.com"],
          certificateAuthority: "lets_encrypt",
          validityDays: 90,
          validationMethod: "txt",
          cloudflareBranding: false,
        },
      }),
    ]);
  });

  test("is not ordered for nothing", async () => {
    const spec = { ...dev, advancedCertificate: true };
    expect(await refusal(registrationsOf(() => new EdgeCertificate("certificate", { spec, zoneId })))).toContain(
      "spec.advancedCertificate: found true. Cloudflare's free certificate covers every name already: take it out.",
    );
  });
});

describe("a DnsApiToken", () => {
  const listed = "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList";
  const group = (id: string, name: string) => ({
    id,
    name,
    category: "dns_and_zones",
    isSelectable: true,
    scopes: ["com.cloudflare.api.account.zone"],
  });
  const make = () =>
    registrationsOf(
      () => new DnsApiToken("dns-token", { accountId, zoneId, tokenName: "berth-dev cert-manager" }),
      "test",
      {
        outputs: { "cloudflare:index/accountToken:AccountToken": () => ({ value: "the-token" }) },
        calls: {
          [listed]: (inputs) => {
            expect(inputs).toEqual({ accountId, scope: "com.cloudflare.api.account.zone" });
            return { accountId, results: [group("zone-read", "Zone Read"), group("dns-write", "DNS Write")] };
          },
        },
      },
    );

  test("may read one zone and edit its records, and nothing else", async () => {
    const { registered } = await make();
    expect(registered.slice(1)).toEqual([
      expect.objectContaining({
        type: "cloudflare:index/accountToken:AccountToken",
        name: "dns-token-token",
        parent: "dns-token",
        inputs: {
          accountId,
          name: "berth-dev cert-manager",
          policies: [
            {
              effect: "allow",
              permissionGroups: [{ id: "dns-write" }, { id: "zone-read" }],
              resources: `{"com.cloudflare.api.account.zone.${zoneId}":"*"}`,
            },
          ],
        },
      }),
    ]);
  });

  test("is secret", async () => {
    const { result } = await make();
    expect(await pulumi.isSecret(result.token)).toBe(true);
    expect(await resolved(result.token)).toBe("the-token");
  });
});

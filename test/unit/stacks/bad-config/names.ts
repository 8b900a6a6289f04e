import type { BadConfig } from "./bad-config.ts";

/** Mistakes in names and certificates. */
export const names: readonly BadConfig[] = [
  {
    name: "a zone at nobody we know",
    from: "dev",
    changes: { zone: { provider: "godaddy" } },
    says: [
      'berth:zone.provider: found "godaddy". Must be of one provider: { provider: "cloudflare", accountId, zoneId } or { provider: "route53", zoneId }. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "a zone by its name",
    from: "dev",
    changes: { "zone.zoneId": "example.net" },
    says: [
      'berth:zone.zoneId: found "example.net". Must be 32 hexadecimal digits, as Cloudflare shows them on the zone\'s overview page. Example: berth:zone: {"provider":"cloudflare","accountId":"023e105f4ecef8ad9ca31a8372d0c353","zoneId":"9a7806061c88ada191ed06f989cc3dac"}',
    ],
  },
  {
    name: "a tunnel with a zone at Route53",
    from: "dev",
    changes: { zone: { provider: "route53", zoneId: "Z0123456789ABCDEFGHIJ" } },
    says: [
      'berth:edge.serves: found "tunnel". A Cloudflare Tunnel serves names of a zone at Cloudflare only, and this zone is at Route53: use the load balancer, or move the zone.',
      "berth:edge.tunnel: found {}. A Cloudflare Tunnel serves names of a zone at Cloudflare only, and this zone is at Route53: use the load balancer, or move the zone.",
    ],
  },
  {
    name: "a hosted zone with its path",
    from: "prod",
    changes: { zone: { provider: "route53", zoneId: "/hostedzone/Z0123" }, "edge.tunnel": undefined },
    says: [
      'berth:zone.zoneId: found "/hostedzone/Z0123". Must be a hosted zone\'s id: Z and capital letters and digits. Example: berth:zone: {"provider":"route53","zoneId":"Z0123456789ABCDEFGHIJ"}',
    ],
  },
  {
    name: "names outside the zone",
    from: "prod",
    changes: { "dns.workspaceDomain": "ws.example.org", "dns.apiHost": "api.example.org" },
    says: [
      'berth:dns.workspaceDomain: found "ws.example.org". Must be the zone example.com itself, or end in .example.com. Example: berth:dns: {"workspaceDomain":"ws.example.com"}',
      'berth:dns.apiHost: found "api.example.org". Must end in .example.com: records can be made within this zone only, and its own name stays as it is. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "a wildcard for a domain",
    from: "prod",
    changes: { "dns.workspaceDomain": "*.example.com" },
    says: [
      'berth:dns.workspaceDomain: found "*.example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com. Example: berth:dns: {"workspaceDomain":"ws.example.com"}',
    ],
  },
  {
    name: "a URL for a host",
    from: "prod",
    changes: { "dns.apiHost": "https://api.example.com" },
    says: [
      'berth:dns.apiHost: found "https://api.example.com". Must be a whole domain name in lower case, without "https://", "*." or a last dot: ws.example.com. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "an API among the workspaces that nobody allowed",
    from: "dev",
    changes: { "dns.apiAmongWorkspaces": undefined },
    says: [
      'berth:dns.apiHost: found "api.example.net". It fits the workspaces\' wildcard *.example.net: use a name outside of it, or say apiAmongWorkspaces: true if workspaces and API may be one site to a browser. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "an API under a name that a workspace can get",
    from: "dev",
    changes: { "dns.apiHost": "alice.example.net" },
    says: [
      'berth:dns.apiHost: found "alice.example.net". Must not be a name that a workspace can get: use one that is reserved, such as api.example.net. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "an API at the zone's own name",
    from: "prod",
    changes: { "dns.apiHost": "example.com" },
    says: [
      'berth:dns.apiHost: found "example.com". Must end in .example.com: records can be made within this zone only, and its own name stays as it is. Example: berth:dns: {"apiHost":"api.example.com"}',
    ],
  },
  {
    name: "a wildcard deeper than the free certificate",
    from: "prod",
    changes: { "edge.serves": "tunnel" },
    says: [
      "berth:dns.workspaceDomain: found \"ws.example.com\". Cloudflare's free certificate covers example.com and *.example.com, not *.ws.example.com. Three ways out: (1) recommended: give workspaces a registrable domain of their own as its own zone, with *.example.net at its first level, which also keeps the product's cookies from them; (2) keep the name, buy Advanced Certificate Manager for the zone ($10 a month), and write advancedCertificate: true; (3) end TLS in the cluster: a load balancer as the edge and unproxied records, with Let's Encrypt's certificate.",
    ],
  },
  {
    name: "an API deeper than the free certificate",
    from: "dev",
    changes: { "dns.apiHost": "api.eu.example.net" },
    says: [
      'berth:dns.apiHost: found "api.eu.example.net". Cloudflare\'s free certificate covers example.net and *.example.net, not api.eu.example.net. Use a name with one label before the zone (api.example.net), write advancedCertificate: true ($10 a month), or end TLS in the cluster, with a load balancer as the edge.',
    ],
  },
  {
    name: "a certificate authority that may not sign",
    from: "prod",
    changes: { "dns.caa.issuers": ["digicert.com"] },
    says: [
      'berth:dns.caa.issuers: found ["digicert.com"]. Let\'s Encrypt signs the load balancer\'s certificate: add "letsencrypt.org", or use another certificates.issuer.',
    ],
  },
  {
    name: "nobody who may sign",
    from: "prod",
    changes: { "dns.caa.issuers": [] },
    says: [
      'berth:dns.caa.issuers: found []. Must name at least one issuer: leave out `caa` to let all of them issue. Example: berth:dns: {"caa":{"issuers":["letsencrypt.org","pki.goog","ssl.com"]}}',
    ],
  },
  {
    name: "answers that live too short",
    from: "prod",
    changes: { "dns.ttlSeconds": 30, "dns.apex": "www" },
    says: [
      'berth:dns.apex: found "www". Write "untouched" or "edge".',
      "berth:dns.ttlSeconds: found 30. Must be from 60 to 86400.",
    ],
  },
  {
    name: "an e-mail address that is none",
    from: "dev",
    changes: { "certificates.email": "platform at example.com" },
    says: [
      'berth:certificates.email: found "platform at example.com". Must be an e-mail address. Example: berth:certificates: {"email":"platform@example.com"}',
    ],
  },
  {
    name: "an issuer by its brand",
    from: "dev",
    changes: { "certificates.issuer": "letsencrypt" },
    says: [
      'berth:certificates.issuer: found "letsencrypt". Must be staging, production or self-signed. Example: berth:certificates: {"issuer":"production"}',
    ],
  },
  {
    name: "a resolver without its port",
    from: "dev",
    changes: { "certificates.recursiveNameservers": ["1.1.1.1"], "certificates.replicas": 9 },
    says: [
      "berth:certificates.replicas: found 9. Must be from 1 to 5.",
      'berth:certificates.recursiveNameservers[0]: found "1.1.1.1". Must be an address with its port ("1.1.1.1:53") or a resolver over HTTPS ("https://1.1.1.1/dns-query").',
    ],
  },
];

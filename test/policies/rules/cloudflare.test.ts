import { proxyCloudflareDnsRecord } from "../../../policies/rules/cloudflare-dns-record/proxy.ts";
import { verifyCloudflareTunnelOrigin } from "../../../policies/rules/cloudflare-tunnel-config/verify-origin.ts";
import { requireCloudflareTls } from "../../../policies/rules/cloudflare-zone-setting/require-tls.ts";
import { subjectOf } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const record = subjectOf("cloudflare:index/dnsRecord:DnsRecord", "wildcard", {
  ...{ name: "*.ws.example.com", type: "CNAME", content: "1.cfargotunnel.com", proxied: true, ttl: 1 },
});
const past = (target: string) =>
  `wildcard (${record.type}): *.ws.example.com leads to ${target} past Cloudflare: its address is told to everyone, and nothing ends TLS before it. Set proxied to true, or name the target in the policy's directTo.`;
describeRule(proxyCloudflareDnsRecord, record, {
  refuses: {
    "a name past Cloudflare": { change: [["proxied"], false], says: [past("1.cfargotunnel.com")] },
    "nothing said of it": { change: [["proxied"], undefined], says: [past("1.cfargotunnel.com")] },
  },
  waitsFor: [["proxied"]],
});
const direct = subjectOf(record.type, "wildcard", {
  ...{ name: "*.ws.example.com", type: "CNAME", content: "b.elb.eu-central-1.amazonaws.com", proxied: false, ttl: 300 },
});
describeRule(proxyCloudflareDnsRecord, direct, {
  refuses: {
    "an address of one's own": { change: [["content"], "203.0.113.7"], says: [past("203.0.113.7")] },
    "a load balancer, where none ends TLS": {
      settings: { directTo: [] },
      says: [past("b.elb.eu-central-1.amazonaws.com")],
    },
  },
  allows: {
    "what the settings name": { change: [["content"], "203.0.113.7"], settings: { directTo: ["203.0.113.*"] } },
  },
  waitsFor: [["content"], ["type"]],
});
const proof = subjectOf(record.type, "proof", { name: "_acme.example.com", type: "CNAME", content: "acm.example.net" });
describeRule(proxyCloudflareDnsRecord, proof, {
  refuses: {
    "a name for people": {
      change: [["name"], "acme.example.com"],
      says: [past("acm.example.net").replace("wildcard", "proof").replace("*.ws.example.com", "acme.example.com")],
    },
  },
  allows: { "a record that leads nowhere": { change: [["type"], "TXT"] } },
  waitsFor: [["type"]],
});

const tunnel = subjectOf(
  "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig",
  "tunnel",
  {
    config: {
      originRequest: { noTlsVerify: false },
      ingresses: [
        { hostname: "api.example.com", service: "http://berth-api.berth-system.svc.cluster.local:80" },
        { hostname: "other.example.com", service: "https://10.0.0.1:8443", originRequest: { noTlsVerify: false } },
        { service: "http_status:404" },
      ],
    },
  },
);
const about = `tunnel (${tunnel.type}):`;
const unchecked = (path: string) =>
  `${about} ${path}.noTlsVerify is true: anybody on the way can stand for the origin. Take it out, and give caPool where the certificate is of your own authority.`;
const inPlain = (service: string) =>
  `${about} config.ingresses[0].service is ${service}: what the tunnel carries goes on in plain. Use https://, or name the host in the policy's plainTo.`;
describeRule(verifyCloudflareTunnelOrigin, tunnel, {
  refuses: {
    "certificates that nobody checks": {
      change: [["config", "originRequest", "noTlsVerify"], true],
      says: [unchecked("config.originRequest")],
    },
    "one origin's certificate that nobody checks": {
      change: [["config", "ingresses", 1, "originRequest", "noTlsVerify"], true],
      says: [unchecked("config.ingresses[1].originRequest")],
    },
    "plain HTTP to another machine": {
      change: [["config", "ingresses", 0, "service"], "http://10.0.0.1:80"],
      says: [inPlain("http://10.0.0.1:80")],
    },
    "plain HTTP within the cluster, where none is allowed": {
      settings: { plainTo: [] },
      says: [inPlain("http://berth-api.berth-system.svc.cluster.local:80")],
    },
  },
  waitsFor: [
    ["config"],
    ["config", "originRequest"],
    ["config", "originRequest", "noTlsVerify"],
    ["config", "ingresses"],
    ["config", "ingresses", 0],
    ["config", "ingresses", 0, "service"],
  ],
});

const setting = subjectOf("cloudflare:index/zoneSetting:ZoneSetting", "setting", {
  settingId: "min_tls_version",
  value: "1.2",
});
const ends = "browsers may speak TLS 1.0 and 1.1, which are broken";
describeRule(requireCloudflareTls, setting, {
  refuses: {
    "TLS 1.0": {
      change: [["value"], "1.0"],
      says: [`setting (${setting.type}): min_tls_version is "1.0": ${ends}. Set it to "1.2" or "1.3".`],
    },
    "another setting's value": {
      change: [["settingId"], "always_use_https"],
      says: [`setting (${setting.type}): always_use_https is "1.2": pages are answered by plain HTTP. Set it to "on".`],
    },
  },
  allows: { "a setting that is not about TLS": { change: [["settingId"], "brotli"] } },
  waitsFor: [["value"], ["settingId"]],
});
describeRule(requireCloudflareTls, subjectOf(setting.type, "setting", { settingId: "ssl", value: "strict" }), {
  refuses: {
    "an origin that nobody checks": {
      change: [["value"], "full"],
      says: [
        `setting (${setting.type}): ssl is "full": Cloudflare does not check who the origin is, or speaks plain HTTP with it. Set it to "strict" or "origin_pull".`,
      ],
    },
  },
  waitsFor: [["value"]],
});

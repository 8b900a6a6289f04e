import { endTlsAtLbListener } from "../../../policies/rules/aws-lb-listener/end-tls.ts";
import { below, subjectOf } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const type = "aws:lb/listener:Listener";
const about = `listener (${type}):`;

const https = subjectOf(type, "listener", {
  protocol: "HTTPS",
  port: 443,
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
});
const oldTls = (policy: string) =>
  `${about} sslPolicy is ${policy}: it takes TLS before 1.2, or is none that the policy's sslPolicies knows. Set it to "ELBSecurityPolicy-TLS13-1-2-2021-06".`;
describeRule(endTlsAtLbListener, https, {
  refuses: {
    "TLS 1.0": {
      change: [["sslPolicy"], "ELBSecurityPolicy-TLS13-1-0-2021-06"],
      says: [oldTls('"ELBSecurityPolicy-TLS13-1-0-2021-06"')],
    },
    "AWS' default": { change: [["sslPolicy"], undefined], says: [oldTls("not set")] },
    "what one's own list has not": {
      settings: { sslPolicies: ["ELBSecurityPolicy-TLS13-1-3-*"] },
      says: [oldTls('"ELBSecurityPolicy-TLS13-1-2-2021-06"')],
    },
  },
  waitsFor: [["protocol"], ["sslPolicy"]],
});

const http = subjectOf(type, "listener", {
  protocol: "HTTP",
  port: 80,
  defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
});
const answers = `${about} it answers plain HTTP at port 80. Let its default action be { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }.`;
describeRule(endTlsAtLbListener, http, {
  refuses: {
    "what is answered": { change: [["defaultActions", 0], { type: "forward" }], says: [answers] },
    "what leads to HTTP again": { change: [["defaultActions", 0, "redirect", "protocol"], "HTTP"], says: [answers] },
    "what leads where it came by": {
      change: [["defaultActions", 0, "redirect", "protocol"], undefined],
      says: [answers],
    },
  },
  allows: { "a listener whose protocol is the default": { change: [["protocol"], undefined] } },
  waitsFor: [
    ["defaultActions"],
    ["defaultActions", 0],
    ["defaultActions", 0, "type"],
    ["defaultActions", 0, "redirect"],
    ["defaultActions", 0, "redirect", "protocol"],
  ],
});

const passing = below("berth:ingress:LoadBalancer", subjectOf(type, "listener", { protocol: "TCP", port: 443 }));
const passes = (what: string) =>
  `${about} it passes ${what} on as it comes. Set protocol to "TLS" with a certificate; where what is behind it ends TLS, name it in the policy's passThrough.`;
describeRule(endTlsAtLbListener, passing, {
  refuses: {
    "another port of the load balancer's": { change: [["port"], 5432], says: [passes("TCP at port 5432")] },
    "the load balancer's port, where none passes": { settings: { passThrough: [] }, says: [passes("TCP at port 443")] },
  },
  waitsFor: [["protocol"], ["port"]],
});
describeRule(
  endTlsAtLbListener,
  subjectOf(type, "listener", { protocol: "TLS", port: 443, sslPolicy: https.props.sslPolicy }),
  {
    refuses: { "another's port 443": { change: [["protocol"], "TCP"], says: [passes("TCP at port 443")] } },
    allows: {
      "another's that is named": {
        change: [["protocol"], "TCP"],
        settings: { passThrough: [{ resource: "listener", ports: [443] }] },
      },
    },
    waitsFor: [["protocol"]],
  },
);
describeRule(endTlsAtLbListener, subjectOf(type, "listener", { loadBalancerArn: "a gateway's" }), {
  refuses: { "what is no gateway": { change: [["port"], 80], says: [answers] } },
  waitsFor: [["port"]],
});

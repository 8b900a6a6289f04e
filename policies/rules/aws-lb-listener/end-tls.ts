import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, type ResourceSubject, read, readList, violation } from "../../rule.ts";
import { doorsSpec, isDoor, loadBalancerDoors } from "../aws-shared/doors.ts";
import { shown } from "../aws-shared/words.ts";

const values = z.object({
  passThrough: doorsSpec.default(loadBalancerDoors).meta({
    description:
      "Listeners that pass connections on as they are, and at which ports: what is behind them ends TLS, and redirects.",
  }),
  // Those of TLS 1.2 and 1.3 alone: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
  sslPolicies: z
    .array(z.string().min(1))
    .min(1)
    .default([
      "ELBSecurityPolicy-TLS13-1-2-*",
      "ELBSecurityPolicy-TLS13-1-3-*",
      "ELBSecurityPolicy-FS-1-2-*",
      "ELBSecurityPolicy-TLS-1-2-*",
    ])
    .meta({ description: "Security policies of AWS that a listener may have; `*` stands for any characters." }),
});

export const endTlsAtLbListener = {
  name: "aws-lb-listener-end-tls",
  description: "Load balancers speak TLS 1.2 or later: plain HTTP only leads there, and what passes through is named.",
  severity: "mandatory",
  values,
  types: ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
  check(subject, settings) {
    const { passThrough, sslPolicies } = values.parse(settings);
    const port = read(subject.props, "port");
    // An application load balancer's is HTTP where none is written; a gateway's has neither.
    const protocol = read(subject.props, "protocol") ?? (typeof port === "number" ? "HTTP" : "GENEVE");
    if (protocol === "HTTPS" || protocol === "TLS") return checkSslPolicy(subject, sslPolicies);
    if (protocol === "HTTP") return checkRedirect(subject);
    if (isUnknown(protocol) || isUnknown(port) || typeof protocol !== "string" || protocol === "GENEVE") return [];
    return isDoor(passThrough, subject, port, port)
      ? []
      : [
          violation(
            subject,
            `it passes ${protocol} at port ${shown(port)} on as it comes.`,
            'Set protocol to "TLS" with a certificate; where what is behind it ends TLS, name it in the policy\'s passThrough.',
          ),
        ];
  },
} satisfies ResourceRule;

function checkSslPolicy(subject: ResourceSubject, allowed: readonly string[]) {
  const policy = read(subject.props, "sslPolicy");
  const fits = typeof policy === "string" && allowed.some((glob) => matchesGlob(glob, policy));
  return isUnknown(policy) || fits
    ? []
    : [
        violation(
          subject,
          `sslPolicy is ${shown(policy)}: it takes TLS before 1.2, or is none that the policy's sslPolicies knows.`,
          'Set it to "ELBSecurityPolicy-TLS13-1-2-2021-06".',
        ),
      ];
}

function checkRedirect(subject: ResourceSubject) {
  const actions = read(subject.props, "defaultActions");
  if (isUnknown(actions)) return [];
  const isRedirect = (action: unknown) => {
    const type = read(action, "type");
    const protocol = read(action, "redirect", "protocol");
    return isUnknown(type) || (type === "redirect" && (isUnknown(protocol) || protocol === "HTTPS"));
  };
  return readList(actions).length > 0 && readList(actions).every(isRedirect)
    ? []
    : [
        violation(
          subject,
          `it answers plain HTTP at port ${shown(read(subject.props, "port"))}.`,
          'Let its default action be { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }.',
        ),
      ];
}

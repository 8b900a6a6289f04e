import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";

export const encryptIngress = {
  name: "kubernetes-ingress-encrypt",
  description: "An Ingress serves each of its hosts with TLS.",
  severity: "mandatory",
  types: ["kubernetes:networking.k8s.io/v1:Ingress"],
  check: (subject) => {
    const tls = readList(subject.props, "spec", "tls");
    const covered = tls.flatMap((entry) => readList(entry, "hosts"));
    const open = isUnknown(read(subject.props, "spec", "tls")) || [...tls, ...covered].some(isUnknown);
    const hosts = readList(subject.props, "spec", "rules").map((rule) => read(rule, "host"));
    if (open || tls.some((entry) => isUnknown(read(entry, "hosts")))) return [];
    return hosts.flatMap((host) => {
      if (isUnknown(host) || covers(covered, host)) return [];
      const what = host === undefined ? "every host" : `"${String(host)}"`;
      return [
        violation(
          subject,
          `it serves ${what} without TLS: spec.tls names ${covered.length === 0 ? "no host" : covered.join(", ")}.`,
          "Write the host into spec.tls: [{ hosts: [host], secretName }].",
        ),
      ];
    });
  },
} satisfies ResourceRule;

/** A host by its own name, or by the wildcard above it. */
function covers(names: readonly unknown[], host: unknown): boolean {
  return typeof host === "string" && (names.includes(host) || names.includes(host.replace(/^[^.]+/, "*")));
}

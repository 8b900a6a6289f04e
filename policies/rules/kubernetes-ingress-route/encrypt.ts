import { z } from "zod";
import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";

const values = z.strictObject({
  encrypted: z
    .array(z.string())
    .default(["websecure"])
    .describe(
      "Entry points of Traefik that speak TLS whatever a route says (ports.<name>.http.tls.enabled of its chart)",
    ),
});

export const encryptIngressRoute = {
  name: "kubernetes-ingress-route-encrypt",
  description:
    "A route of Traefik is met with TLS only: it says so itself, or all of its entry points speak nothing else. One " +
    "that names no entry point is met on every one, the unencrypted among them.",
  severity: "mandatory",
  types: ["kubernetes:traefik.io/v1alpha1:IngressRoute", "kubernetes:traefik.io/v1alpha1:IngressRouteTCP"],
  values,
  check: (subject, settings) => {
    const { encrypted } = values.parse(settings);
    const entryPoints = read(subject.props, "spec", "entryPoints");
    const points = readList(entryPoints);
    // Given but empty (`tls: {}`) it means TLS too.
    if (read(subject.props, "spec", "tls") !== undefined || isUnknown(entryPoints) || points.some(isUnknown)) return [];
    const plain = points.filter((point) => !encrypted.some((name) => name === point));
    if (points.length > 0 && plain.length === 0) return [];
    return [
      violation(
        subject,
        `the route is met without TLS: spec.entryPoints is ${shown(entryPoints)}, and there is no spec.tls.`,
        `Write entryPoints: ${shown(encrypted)}.`,
      ),
    ];
  },
} satisfies ResourceRule;

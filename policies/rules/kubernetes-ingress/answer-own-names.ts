import { z } from "zod";
import { hasUnknown, isUnknown, type ResourceSubject, read, readList, type StackRule, violation } from "../../rule.ts";

const values = z.strictObject({
  domains: z
    .array(z.string())
    .default([])
    .describe("Domains that are ours, beside those for which the stack has a wildcard certificate"),
});

const ingress = "kubernetes:networking.k8s.io/v1:Ingress";
const ingressRoute = "kubernetes:traefik.io/v1alpha1:IngressRoute";

export const answerOwnNames = {
  name: "kubernetes-ingress-answer-own-names",
  description:
    "What leads browsers to Services (Ingress, IngressRoute) takes one host, or all right below a domain of ours: one " +
    "that takes every name, or a foreign domain's, answers in the place of others.",
  severity: "mandatory",
  values,
  checkStack: (subjects, settings) => {
    const certificates = subjects.filter(({ type }) => type === "kubernetes:cert-manager.io/v1:Certificate");
    // A name that is not known yet may be the very one.
    if (certificates.some(({ props }) => hasUnknown(read(props, "spec", "dnsNames")))) return [];
    const named = certificates.flatMap(({ props }) => readList(props, "spec", "dnsNames"));
    const domains = [
      ...values.parse(settings).domains,
      ...named.flatMap((name) => (typeof name === "string" && name.startsWith("*.") ? [name.slice(2)] : [])),
    ];
    return subjects.flatMap((subject) =>
      wildcardsOf(subject)
        .filter(({ domain }) => domain === null || !domains.includes(domain))
        .map(({ said, domain }) =>
          violation(
            subject,
            domain === null
              ? `it takes every host: ${said}.`
              : `it takes every host below ${domain}, which is not ours: ${said}.`,
            domain === null
              ? "Name the host, or the domain right below which all hosts are meant."
              : `Name the host, order a certificate for *.${domain} in this stack, or set domains: ["${domain}"].`,
          ),
        ),
    );
  },
} satisfies StackRule;

interface Wildcard {
  /** Null where it is of no domain. */
  readonly domain: string | null;
  readonly said: string;
}

/** More than one host, as an object takes it. */
function wildcardsOf({ type, props }: ResourceSubject): readonly Wildcard[] {
  if (type === ingress) {
    const others = read(props, "spec", "defaultBackend");
    const rest =
      others === undefined || isUnknown(others)
        ? []
        : [{ domain: null, said: "spec.defaultBackend takes what no rule does" }];
    const ruled = readList(props, "spec", "rules").flatMap((rule): Wildcard[] => {
      const host = read(rule, "host");
      if (host === undefined) return [{ domain: null, said: "a rule of spec.rules has no host" }];
      return typeof host === "string" && host.startsWith("*.")
        ? [{ domain: host.slice(2), said: `host is "${host}"` }]
        : [];
    });
    return [...rest, ...ruled];
  }
  if (type === ingressRoute) {
    return readList(props, "spec", "routes").flatMap((route) => {
      const match = read(route, "match");
      return typeof match === "string" ? wildcardsIn(match) : [];
    });
  }
  return [];
}

/** A rule of Traefik: https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/ */
function wildcardsIn(match: string): readonly Wildcard[] {
  return domainsOf(match).map((domain) => ({ domain, said: `match is ${match}` }));
}

/** Domains of which a rule takes more than named hosts; null stands for every host. */
function domainsOf(rule: string): readonly (string | null)[] {
  const either = partsOf(rule, "||");
  if (either.length > 1) return either.flatMap(domainsOf);
  const both = partsOf(rule, "&&");
  // Of several conditions the one that says which hosts.
  if (both.length > 1) return both.map(domainsOf).reduce((one, other) => (one.includes(null) ? other : one));
  const text = rule.trim();
  if (text.startsWith("(") && text.endsWith(")")) return domainsOf(text.slice(1, -1));
  if (/^Host\(/.test(text)) return [];
  const [, pattern = ""] = /^HostRegexp\(\s*[`"]([^`"]*)[`"]\s*\)$/.exec(text) ?? [];
  const [, literal] = /^\^.*?((?:\\\.[a-z0-9-]+){2,})\$$/.exec(pattern) ?? [];
  return [literal === undefined ? null : literal.replaceAll("\\.", ".").slice(1)];
}

/** What is between the operators that are in no brackets and no text. */
function partsOf(rule: string, operator: "||" | "&&"): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of rule.matchAll(/`[^`]*`|"[^"]*"|\|\||&&|[\s\S]/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === operator && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts;
}

import { componentLabels } from "../../core/labels.ts";

/** Let's Encrypt's directories: https://letsencrypt.org/docs/acme-protocol-updates/, https://letsencrypt.org/docs/staging-environment/ */
const directories = {
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
  production: "https://acme-v02.api.letsencrypt.org/directory",
} as const;

export type AcmeEnvironment = keyof typeof directories;

/** The Secret with the Cloudflare token. Cluster issuers read Secrets of cert-manager's own namespace only. */
export const tokenSecret = { name: "cloudflare-api-token", key: "api-token" } as const;

/** How cert-manager proves that the domain is ours. A zone's id may be an output. */
export type DnsSolver<Id> =
  | { readonly kind: "cloudflare"; readonly zone: string }
  | {
      readonly kind: "route53";
      readonly hostedZoneId: Id;
      readonly region: string;
      readonly zone?: string | undefined;
    };

export function acmeIssuerName(environment: AcmeEnvironment) {
  return `letsencrypt-${environment}` as const;
}

/**
 * A cluster-wide issuer that has certificates from Let's Encrypt, proving the domain by a DNS record. Not by HTTP-01: it
 * cannot prove a wildcard (https://letsencrypt.org/docs/challenge-types/), and without a wildcard each user needs a
 * certificate of their own, of which a registered domain gets 50 a week (https://letsencrypt.org/docs/rate-limits/).
 */
export function acmeIssuerManifest<Id>(environment: AcmeEnvironment, email: string, solver: DnsSolver<Id>) {
  const name = acmeIssuerName(environment);
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name, labels: componentLabels("certificates") },
    spec: {
      acme: {
        server: directories[environment],
        email,
        privateKeySecretRef: { name: `${name}-account` },
        solvers: [
          {
            // Names of other zones have no solver, so an order for them fails at once, and for that reason.
            ...(solver.zone === undefined ? {} : { selector: { dnsZones: [solver.zone] } }),
            dns01: dnsProvider(solver),
          },
        ],
      },
    },
  };
}

/** An issuer of certificates that nobody vouches for. */
export function selfSignedIssuerManifest() {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "self-signed", labels: componentLabels("certificates") },
    spec: { selfSigned: {} },
  };
}

function dnsProvider<Id>(solver: DnsSolver<Id>) {
  if (solver.kind === "cloudflare") return { cloudflare: { apiTokenSecretRef: { ...tokenSecret } } };
  // No keys: the controller's ServiceAccount has a role.
  return { route53: { region: solver.region, hostedZoneID: solver.hostedZoneId } };
}

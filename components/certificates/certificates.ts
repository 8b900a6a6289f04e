import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Release, type ReleaseArgs } from "@pulumi/kubernetes/helm/v3/release.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { UserError } from "../core/errors.ts";
import { componentLabels } from "../core/labels.ts";
import { declare, type Transform } from "../transform.ts";
import { certManagerChart, certManagerName } from "./manifests/chart.ts";
import { acmeIssuerManifest, selfSignedIssuerManifest, tokenSecret } from "./manifests/issuers.ts";
import { planCertificates, route53Statements } from "./plan.ts";
import { type CertificatesSpecInput, parseCertificatesSpec } from "./spec.ts";

/** Who may write the DNS records that prove a domain. */
export type DnsAccess =
  | {
      readonly kind: "cloudflare";
      /** Token that may edit the DNS of this zone, and nothing else: `DnsApiToken` makes one. Kept secret. */
      readonly apiToken: pulumi.Input<string>;
      /** Name of the zone: "example.com". */
      readonly zone: string;
    }
  | {
      readonly kind: "route53";
      /** Id of the hosted zone. The controller's role can write TXT records there, and nothing else. */
      readonly hostedZoneId: pulumi.Input<string>;
      /** Region that the controller signs its requests for: "eu-central-1". */
      readonly region: string;
      /** Cluster in which the controller runs. */
      readonly clusterName: pulumi.Input<string>;
      /**
       * Name of the zone, so that nothing else is tried.
       * @default any name
       */
      readonly zone?: string;
    };

export interface CertificatesArgs {
  /** What cert-manager is. Plain data, because names and rules are made of it. */
  readonly spec: CertificatesSpecInput;
  /** How a domain is proven to be ours. Needed unless `spec.issuer` is "self-signed". */
  readonly dns?: DnsAccess;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly release?: Transform<ReleaseArgs>;
  };
}

/** cert-manager's resources. Issuers are by their name. */
export interface CertificatesNodes {
  readonly namespace: Namespace;
  readonly policies: readonly NetworkPolicy[];
  readonly identity: PodIdentity | null;
  readonly token: Secret | null;
  readonly release: Release;
  readonly issuers: Readonly<Record<string, CustomResource>>;
}

/**
 * Where certificates come from: cert-manager in a namespace of its own at the restricted level, closed but for what it
 * needs, and cluster-wide issuers: Let's Encrypt's staging and production, or one that signs nothing but its own.
 *
 * A domain is proven by a DNS record (DNS-01), because only so is a wildcard to be had, and one wildcard is what the
 * platform needs: Let's Encrypt gives a registered domain 50 new certificates a week
 * (https://letsencrypt.org/docs/rate-limits/), so one certificate for each user ends at 50 signups a week.
 *
 * The custom resource definitions, and with them every certificate, stay when this is destroyed.
 *
 * Costs nothing itself; each replica takes 0.2 CPUs and 640 MiB of a node.
 *
 * @example
 * const certificates = new Certificates("certificates", {
 *   spec: { issuer: "production", email: "platform@example.com", replicas: 2 },
 *   dns: { kind: "cloudflare", apiToken: token.token, zone: "example.com" },
 * });
 */
export class Certificates extends pulumi.ComponentResource {
  /** Name of the ClusterIssuer to use, known when it is there. */
  readonly issuerName: pulumi.Output<string>;
  /** Namespace of cert-manager, known when the namespace is there. */
  readonly namespace: pulumi.Output<string>;
  readonly nodes: CertificatesNodes;

  constructor(name: string, args: CertificatesArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:certificates:Certificates", name, {}, options);
    const spec = parseCertificatesSpec(args.spec);
    const access = accessFor(spec.issuer, args.dns);
    const plan = planCertificates(spec);
    const { transform = {} } = args;
    const here = { parent: this };

    const own = declare<NamespaceArgs>(transform.namespace, plan.namespace, here);
    const namespace = new Namespace(`${name}-namespace`, own.args, own.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const policies = Object.values(plan.policies).map(
      (policy) => new NetworkPolicy(`${name}-${policy.metadata.name}`, policy, inside),
    );
    const identity = access?.kind === "route53" ? identityOf(name, spec.namespace, access, here) : null;
    const token = access?.kind === "cloudflare" ? tokenOf(name, spec.namespace, access, inside) : null;

    const released = declare<ReleaseArgs>(
      transform.release,
      {
        name: certManagerName,
        chart: certManagerChart.chart,
        version: certManagerChart.version,
        repositoryOpts: { repo: certManagerChart.repository },
        namespace: spec.namespace,
        atomic: true,
        timeout: 600,
        values: plan.values,
      },
      { ...here, dependsOn: [namespace, ...policies, ...(identity === null ? [] : [identity])] },
    );
    const release = new Release(`${name}-release`, released.args, released.options);

    // The release is done when the webhook answers: only then are issuers taken.
    const ready = { ...here, dependsOn: [release, ...(token === null ? [] : [token])] };
    const manifests = [
      ...(access === null
        ? []
        : plan.acme.map(({ environment, email }) => acmeIssuerManifest(environment, email, access))),
      ...(plan.selfSigned ? [selfSignedIssuerManifest()] : []),
    ];
    const issuers = Object.fromEntries(
      manifests.map((manifest) => [
        manifest.metadata.name,
        new CustomResource(`${name}-${manifest.metadata.name}`, manifest, ready),
      ]),
    );

    this.nodes = { namespace, policies, identity, token, release, issuers };
    this.issuerName = pulumi
      .all(Object.values(issuers).map((issuer) => issuer.metadata.name))
      .apply(() => plan.issuerName);
    this.namespace = namespace.metadata.name;
    this.registerOutputs({ issuerName: this.issuerName, namespace: this.namespace });
  }
}

/** The access that the issuer needs; `null` when it needs none. */
function accessFor(issuer: string, dns: DnsAccess | undefined): DnsAccess | null {
  if (issuer === "self-signed") return null;
  if (dns !== undefined) return dns;
  throw new UserError({
    option: "dns",
    value: undefined,
    fix: `The issuer ${issuer} proves the domain by DNS: give the access to the zone, or set spec.issuer to "self-signed".`,
  });
}

function identityOf(
  name: string,
  namespace: string,
  { clusterName, hostedZoneId }: Extract<DnsAccess, { kind: "route53" }>,
  options: pulumi.ComponentResourceOptions,
): PodIdentity {
  const zone = pulumi.interpolate`arn:aws:route53:::hostedzone/${hostedZoneId}`;
  const statements = route53Statements<pulumi.Input<string>>(zone);
  return new PodIdentity(
    `${name}-identity`,
    { clusterName, namespace, serviceAccount: certManagerName, statements },
    options,
  );
}

function tokenOf(
  name: string,
  namespace: string,
  { apiToken }: Extract<DnsAccess, { kind: "cloudflare" }>,
  options: pulumi.CustomResourceOptions,
): Secret {
  return new Secret(
    `${name}-token`,
    {
      metadata: { name: tokenSecret.name, namespace, labels: componentLabels("certificates") },
      stringData: { [tokenSecret.key]: pulumi.secret(apiToken) },
    },
    options,
  );
}

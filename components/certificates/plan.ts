import { namespaceManifest } from "../core/namespace.ts";
import { certManagerValues } from "./manifests/chart.ts";
import { type AcmeEnvironment, acmeIssuerName } from "./manifests/issuers.ts";
import { certificatesPolicies } from "./manifests/network.ts";
import type { CertificatesSpec } from "./spec.ts";

/** What cert-manager is, and which issuers there are, without the outputs that flow into them. */
export function planCertificates(spec: CertificatesSpec) {
  const { email, issuer } = spec;
  const environments: readonly AcmeEnvironment[] = ["staging", "production"];
  return {
    namespace: namespaceManifest(spec.namespace, "certificates", "restricted"),
    policies: certificatesPolicies(spec),
    values: certManagerValues(spec),
    /** Both of Let's Encrypt's, so that a change of the issuer changes one word of a Certificate. */
    acme:
      issuer === "self-signed" || email === undefined
        ? []
        : environments.map((environment) => ({ environment, email })),
    selfSigned: issuer === "self-signed",
    /** Name of the issuer to use. */
    issuerName: issuer === "self-signed" ? "self-signed" : acmeIssuerName(issuer),
  };
}

/**
 * What the controller may do in Route53: write challenges' TXT records in one zone, and see whether a change has arrived.
 * Source: https://cert-manager.io/docs/configuration/acme/dns01/route53/
 */
export function route53Statements<Arn>(hostedZoneArn: Arn) {
  return [
    { sid: "SeeChanges", actions: ["route53:GetChange"], resources: ["arn:aws:route53:::change/*"] },
    { sid: "ReadRecords", actions: ["route53:ListResourceRecordSets"], resources: [hostedZoneArn] },
    {
      sid: "WriteChallenges",
      actions: ["route53:ChangeResourceRecordSets"],
      resources: [hostedZoneArn],
      // Challenges only: other TXT records say who sends a domain's mail, and prove it to other services.
      // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
      conditions: {
        "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
        "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
      },
    },
  ];
}

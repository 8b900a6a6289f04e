import { CertificatePack, type CertificatePackArgs } from "@pulumi/cloudflare/certificatePack.js";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../core/errors.ts";
import { declare, type Transform } from "../transform.ts";
import { certificateHosts } from "./plan.ts";
import { type DnsSpecInput, parseDnsSpec } from "./spec.ts";

export interface EdgeCertificateArgs {
  /** The same as that of `DnsRecords`. */
  readonly spec: DnsSpecInput;
  /** Id of the zone at Cloudflare. */
  readonly zoneId: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly certificate?: Transform<CertificatePackArgs> };
}

/**
 * A certificate at Cloudflare's edge for the names that the free one does not cover, renewed by Cloudflare. Another set
 * of names is another certificate: the new one is ordered before the old one goes. It is valid some minutes after the
 * order; until then browsers get a handshake error for these names.
 *
 * Needs Advanced Certificate Manager on the zone: $10 a month
 * (https://www.cloudflare.com/application-services/products/advanced-certificate-manager/).
 *
 * @example
 * new EdgeCertificate("certificate", {
 *   spec: { zone: "example.com", workspaceDomain: "ws.example.com", apiHost: "api.example.com", advancedCertificate: true },
 *   zoneId: "023e105f4ecef8ad9ca31a8372d0c353",
 * });
 */
export class EdgeCertificate extends pulumi.ComponentResource {
  /** Id of the certificate pack. */
  readonly certificateId: pulumi.Output<string>;
  /** How far the order is: "active" when browsers get it. */
  readonly status: pulumi.Output<string>;
  readonly nodes: { readonly certificate: CertificatePack };

  constructor(name: string, args: EdgeCertificateArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:dns:EdgeCertificate", name, {}, options);
    const spec = parseDnsSpec(args.spec);
    const hosts = certificateHosts(spec);
    if (hosts.length === 1) {
      throw new UserError({
        option: "spec.advancedCertificate",
        value: spec.advancedCertificate,
        fix: "Cloudflare's free certificate covers every name already: take it out.",
      });
    }
    const child = declare<CertificatePackArgs>(
      args.transform?.certificate,
      {
        zoneId: args.zoneId,
        type: "advanced",
        hosts: [...hosts],
        // The same authority as in the cluster, so that one CAA record serves both; it gives 90 days only:
        // https://developers.cloudflare.com/ssl/reference/certificate-validity-periods/
        certificateAuthority: "lets_encrypt",
        validityDays: 90,
        // The only way for wildcards; Cloudflare, whose zone it is, sets the record itself.
        validationMethod: "txt",
        cloudflareBranding: false,
      },
      { parent: this },
    );
    const certificate = new CertificatePack(`${name}-pack`, child.args, child.options);

    this.nodes = { certificate };
    this.certificateId = certificate.id;
    this.status = certificate.status;
    this.registerOutputs({ certificateId: this.certificateId, status: this.status });
  }
}

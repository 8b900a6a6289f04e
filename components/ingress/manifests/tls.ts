import { componentLabels } from "../../core/labels.ts";
import type { IngressSpec } from "../spec.ts";
import { traefikObject } from "./routes.ts";

/** Secret with the wildcard's key: nowhere but in the edge's namespace. */
const secretName = "edge-certificate";

/** One certificate for every name of the platform. The issuer's name may be an output. */
export function certificateManifest<Text>(spec: IngressSpec, issuer: Text) {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: metadata(spec, "edge"),
    spec: {
      secretName,
      secretTemplate: { labels: componentLabels("edge") },
      dnsNames: certificateNames(spec),
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth"],
      revisionHistoryLimit: 2,
    },
  };
}

/** The wildcard, and the API's name unless the wildcard covers it: Let's Encrypt refuses a name that is said twice. */
export function certificateNames({ apiHost, workspaceDomain }: Pick<IngressSpec, "apiHost" | "workspaceDomain">) {
  const wildcard = `*.${workspaceDomain}`;
  const covered = apiHost.slice(apiHost.indexOf(".") + 1) === workspaceDomain;
  return covered ? [wildcard] : [wildcard, apiHost];
}

/**
 * The edge's certificates. Under strict SNI the default one is not looked at, so the same is also in the list:
 * https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-options/#strict-sni-checking
 */
export function storeManifest(spec: IngressSpec) {
  return traefikObject("TLSStore", metadata(spec, "default"), {
    defaultCertificate: { secretName },
    certificates: [{ secretName }],
  });
}

/**
 * What TLS must be at least, for every route: 1.2 with forward secrecy and authenticated encryption (1.3 has no others),
 * and a name that the certificate covers, or the handshake fails.
 */
export function optionsManifest(spec: IngressSpec) {
  return traefikObject("TLSOption", metadata(spec, "default"), {
    minVersion: "VersionTLS12",
    sniStrict: true,
    alpnProtocols: ["h2", "http/1.1"],
    cipherSuites: [
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ],
  });
}

function metadata(spec: IngressSpec, name: string) {
  return { name, namespace: spec.namespace, labels: componentLabels("edge") };
}

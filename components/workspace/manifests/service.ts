import type { WorkspaceSpec } from "../spec.ts";
import { metadataOf, objectNames, podSelector } from "./metadata.ts";

/**
 * The workspace's name in the cluster's DNS. Headless: the router speaks to the pod, and no address is used up. It leads to the
 * pod as soon as that has an address: DNS servers remember for five seconds that a name leads nowhere, so a pod that is ready
 * before they know of it would be missed for as long. Whether it is ready is the provisioner's to say.
 */
export function serviceManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: metadataOf(spec, objectNames.service),
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: podSelector(spec),
      ports: spec.shape.ports.map(({ name, port }) => ({ name, port, targetPort: name, protocol: "TCP" })),
    },
  };
}

/** The way in for those who use a workspace without Berth's router: its host leads to its first port. */
export function ingressManifest(spec: WorkspaceSpec) {
  const { className, annotations, tlsSecretName } = spec.placement.ingress ?? {};
  const port = spec.shape.ports.find(({ internal }) => internal !== true)?.name ?? "";
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "Ingress" as const,
    metadata: { ...metadataOf(spec, objectNames.ingress), ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      tls: [{ hosts: [spec.host], ...(tlsSecretName === undefined ? {} : { secretName: tlsSecretName }) }],
      rules: [
        {
          host: spec.host,
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: objectNames.service, port: { name: port } } },
              },
            ],
          },
        },
      ],
    },
  };
}

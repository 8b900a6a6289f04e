import { componentLabels } from "../../core/labels.ts";
import type { IngressSpec } from "../spec.ts";

/** A Service that a host name leads to. Its name and namespace may be outputs. */
export interface Backend<Text> {
  /** Its full name in the cluster's DNS. */
  readonly address: Text;
  readonly port: number;
}

/** The two there are. */
export type Role = "router" | "api";

/**
 * A Service's name in the edge's own namespace. Traefik must be able to read every Secret of a namespace whose Services it
 * looks up (https://github.com/traefik/traefik/issues/7097), and the platform's namespace holds some that the edge must
 * never see. So it looks up nothing there: it connects to a name, and the cluster chooses the pod.
 */
export function backendManifest<Text>(spec: IngressSpec, role: Role, { address, port }: Backend<Text>) {
  return {
    metadata: metadata(spec, role),
    spec: { type: "ExternalName", externalName: address, ports: [{ name: "http", port }] },
  };
}

/**
 * The only routes there are: the API's name, and any one label below the workspaces' domain. Other names are not found:
 * no certificate for them, no route. Which names lead to a workspace, and for whom, is the router's to say.
 */
export function routeManifest(spec: IngressSpec, role: Role, port: number) {
  return traefikObject("IngressRoute", metadata(spec, role), {
    entryPoints: ["websecure"],
    routes: [
      {
        kind: "Rule",
        match: role === "api" ? `Host(\`${spec.apiHost}\`)` : `HostRegexp(\`${workspaceHosts(spec.workspaceDomain)}\`)`,
        // The API's name may be one of the workspaces' domain.
        priority: role === "api" ? 200 : 100,
        middlewares: [{ name: role }],
        services: [{ kind: "Service", name: role, port, passHostHeader: true, serversTransport: transportName }],
      },
    ],
  });
}

/** Names of one label below the domain, as Traefik reads them: in lower case, without a port. */
export function workspaceHosts(domain: string): string {
  return `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.${domain.replaceAll(".", "\\.")}$`;
}

const transportName = "platform";

/** How the edge connects to the router and the API. */
export function transportManifest(spec: IngressSpec) {
  return traefikObject("ServersTransport", metadata(spec, transportName), {
    forwardingTimeouts: {
      dialTimeout: "5s",
      // What a workspace takes for its answer is its own affair; the router says itself when one gives none.
      responseHeaderTimeout: "0s",
      // Below the 65 s for which the API and the router keep quiet connections, so that none is used as it is closed.
      idleConnTimeout: "60s",
    },
  });
}

/**
 * What the edge adds to answers: what holds for every name that it serves. Who may frame a workspace, and what else a
 * browser is told of one, is the router's to say: it answers behind a tunnel too.
 */
export function headersManifest(spec: IngressSpec, role: Role) {
  const always = {
    // One year; the names below are workspaces' own affair.
    stsSeconds: 31_536_000,
    contentTypeNosniff: true,
    // Which program answers is nobody's business.
    customResponseHeaders: { Server: "", "X-Powered-By": "" },
  };
  return traefikObject("Middleware", metadata(spec, role), {
    headers: role === "api" ? { ...always, referrerPolicy: "no-referrer", frameDeny: true } : always,
  });
}

function metadata(spec: IngressSpec, name: string) {
  return { name, namespace: spec.namespace, labels: componentLabels("edge") };
}

export function traefikObject<Metadata, Spec>(kind: string, metadata: Metadata, spec: Spec) {
  return { apiVersion: "traefik.io/v1alpha1", kind, metadata, spec };
}

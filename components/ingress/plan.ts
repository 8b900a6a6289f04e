import { namespaceManifest } from "../core/namespace.ts";
import type { ServicePods } from "../core/network-policy.ts";
import { traefikValues } from "./manifests/chart.ts";
import { edgePolicies } from "./manifests/network.ts";
import {
  type Backend,
  backendManifest,
  headersManifest,
  routeManifest,
  transportManifest,
} from "./manifests/routes.ts";
import { certificateManifest, optionsManifest, storeManifest } from "./manifests/tls.ts";
import type { IngressSpec } from "./spec.ts";

/** What flows into the edge: names that may be outputs. */
export interface Surroundings<Text> {
  readonly issuer: Text;
  readonly router: Backend<Text> & ServicePods<Text>;
  readonly api: Backend<Text> & ServicePods<Text>;
}

/** The edge as Kubernetes objects by role. */
export function planIngress<Text>(spec: IngressSpec, { issuer, router, api }: Surroundings<Text>) {
  return {
    namespace: namespaceManifest(spec.namespace, "edge", "restricted"),
    policies: edgePolicies(spec, [router, api]),
    certificate: certificateManifest(spec, issuer),
    values: traefikValues(spec),
    /** What Traefik is told beside its chart; each needs the definitions that come with the chart. */
    tls: { store: storeManifest(spec), options: optionsManifest(spec) },
    transport: transportManifest(spec),
    routes: {
      router: {
        service: backendManifest(spec, "router", router),
        headers: headersManifest(spec, "router"),
        route: routeManifest(spec, "router", router.port),
      },
      api: {
        service: backendManifest(spec, "api", api),
        headers: headersManifest(spec, "api"),
        route: routeManifest(spec, "api", api.port),
      },
    },
  };
}

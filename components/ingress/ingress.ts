import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { Release, type ReleaseArgs } from "@pulumi/kubernetes/helm/v3/release.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceRef } from "../service-ref.ts";
import { declare, type Transform } from "../transform.ts";
import { rolloutSeconds, traefikChart, traefikName } from "./manifests/chart.ts";
import { planIngress } from "./plan.ts";
import { type IngressSpecInput, parseIngressSpec } from "./spec.ts";

export interface IngressArgs {
  /** What the edge is. Plain data, because names and rules are made of it. */
  readonly spec: IngressSpecInput;
  /** Name of the ClusterIssuer that signs the wildcard: `Certificates.issuerName`. */
  readonly issuer: pulumi.Input<string>;
  /** Where every name below the workspaces' domain leads. */
  readonly router: ServiceRef;
  /** Where the API's name leads. */
  readonly api: ServiceRef;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly release?: Transform<ReleaseArgs>;
  };
}

/** What leads one host name, or all of a domain, to a Service. */
export interface EdgeRoute {
  /** What Traefik calls: a Service that names the other one. */
  readonly service: Service;
  /** Headers that are added to answers. */
  readonly headers: CustomResource;
  /** Which host names it is for. */
  readonly route: CustomResource;
}

/** The edge's objects. */
export interface IngressNodes {
  readonly namespace: Namespace;
  readonly policies: readonly NetworkPolicy[];
  readonly release: Release;
  readonly certificate: CustomResource;
  readonly store: CustomResource;
  readonly tlsOptions: CustomResource;
  readonly transport: CustomResource;
  readonly routes: Readonly<Record<"router" | "api", EdgeRoute>>;
}

/**
 * The edge: Traefik, where TLS ends, in a namespace of its own at the restricted level. One wildcard certificate for all
 * workspaces, whose key is in that namespace alone; two routes that never change, to the router and to the API; nothing
 * else is answered. It is reached on fixed ports of its nodes, which `LoadBalancer` leads to.
 *
 * A roll-out takes no new request away, but ends WebSockets `drainSeconds` after a pod is told to stop: browsers must
 * connect again. Others live as long as either side wants.
 *
 * The nodes that run it, and therefore pods on them, should not call it by its public name: a connection that comes
 * back to its own node through the load balancer is dropped
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html#loopback-timeout).
 *
 * Costs nothing itself; each replica takes 0.25 CPUs and 512 MiB of a node.
 *
 * @example
 * const edge = new Ingress("edge", {
 *   spec: { workspaceDomain: "ws.example.com", apiHost: "api.example.com" },
 *   issuer: certificates.issuerName,
 *   router: provisioner.router,
 *   api: provisioner.api,
 * });
 */
export class Ingress extends pulumi.ComponentResource {
  /** Namespace of the edge, known when the namespace is there. What it leads to should let in pods of it. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the Service that is reached on the nodes' ports, known when the edge answers. */
  readonly serviceName: pulumi.Output<string>;
  readonly nodes: IngressNodes;

  constructor(name: string, args: IngressArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:ingress:Ingress", name, {}, options);
    const spec = parseIngressSpec(args.spec);
    const plan = planIngress<pulumi.Input<string>>(spec, {
      issuer: args.issuer,
      router: backendOf(args.router, spec.clusterDomain),
      api: backendOf(args.api, spec.clusterDomain),
    });
    const { transform = {} } = args;
    const here = { parent: this };

    const own = declare<NamespaceArgs>(transform.namespace, plan.namespace, here);
    const namespace = new Namespace(`${name}-namespace`, own.args, own.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const policies = Object.values(plan.policies).map(
      (policy) => new NetworkPolicy(`${name}-${policy.metadata.name}`, policy, inside),
    );
    const certificate = new CustomResource(`${name}-certificate`, plan.certificate, inside);

    const released = declare<ReleaseArgs>(
      transform.release,
      {
        name: traefikName,
        chart: traefikChart.chart,
        version: traefikChart.version,
        repositoryOpts: { repo: traefikChart.repository },
        namespace: spec.namespace,
        atomic: true,
        timeout: rolloutSeconds(spec),
        values: plan.values,
      },
      { ...here, dependsOn: [namespace, ...policies] },
    );
    const release = new Release(`${name}-release`, released.args, released.options);

    // The definitions of what follows come with the release.
    const configured = { ...inside, dependsOn: [namespace, release] };
    const store = new CustomResource(`${name}-tls-store`, plan.tls.store, configured);
    const tlsOptions = new CustomResource(`${name}-tls-options`, plan.tls.options, configured);
    const transport = new CustomResource(`${name}-transport`, plan.transport, configured);
    const routeTo = (role: "router" | "api"): EdgeRoute => {
      const { service, headers, route } = plan.routes[role];
      const backend = new Service(`${name}-${role}-service`, service, inside);
      const middleware = new CustomResource(`${name}-${role}-headers`, headers, configured);
      const routed = { ...configured, dependsOn: [release, backend, middleware, transport, tlsOptions] };
      return {
        service: backend,
        headers: middleware,
        route: new CustomResource(`${name}-${role}-route`, route, routed),
      };
    };
    const routes = { router: routeTo("router"), api: routeTo("api") };

    this.nodes = { namespace, policies, release, certificate, store, tlsOptions, transport, routes };
    this.namespace = namespace.metadata.name;
    this.serviceName = release.status.apply(() => traefikName);
    this.registerOutputs({ namespace: this.namespace, serviceName: this.serviceName });
  }
}

/** A Service by its full name in the cluster's DNS. */
function backendOf({ namespace, name, port, podLabels, podPort }: ServiceRef, clusterDomain: string) {
  return {
    address: pulumi.interpolate`${name}.${namespace}.svc.${clusterDomain}`,
    namespace,
    port,
    podLabels,
    podPort,
  };
}

import { getZeroTrustTunnelCloudflaredTokenOutput } from "@pulumi/cloudflare/getZeroTrustTunnelCloudflaredToken.js";
import {
  ZeroTrustTunnelCloudflared,
  type ZeroTrustTunnelCloudflaredArgs,
} from "@pulumi/cloudflare/zeroTrustTunnelCloudflared.js";
import {
  ZeroTrustTunnelCloudflaredConfig,
  type ZeroTrustTunnelCloudflaredConfigArgs,
} from "@pulumi/cloudflare/zeroTrustTunnelCloudflaredConfig.js";
import { Deployment, type DeploymentArgs } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceRef } from "../service-ref.ts";
import { declare, type Transform } from "../transform.ts";
import { objectNames } from "./manifests/cloudflared.ts";
import { toServicesManifest } from "./manifests/network.ts";
import { byPrecedence, checkHostnames, ingressRules, originRequest, planTunnel, tokenChecksum } from "./plan.ts";
import { parseTunnelSpec, type TunnelSpecInput } from "./spec.ts";

export interface TunnelArgs {
  /** What the tunnel is. Plain data, because names and rules are made of it. */
  readonly spec: TunnelSpecInput;
  /**
   * Which host name leads to which Service: "api.example.com", or a wildcard "*.ws.example.com". An exact name comes
   * before a wildcard, whatever the order here. What is not named is answered with 404.
   */
  readonly hostnames: readonly { readonly hostname: string; readonly service: ServiceRef }[];
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly tunnel?: Transform<ZeroTrustTunnelCloudflaredArgs>;
    readonly config?: Transform<ZeroTrustTunnelCloudflaredConfigArgs>;
    readonly namespace?: Transform<NamespaceArgs>;
    readonly deployment?: Transform<DeploymentArgs>;
  };
}

/** The tunnel's resources. */
export interface TunnelNodes {
  readonly tunnel: ZeroTrustTunnelCloudflared;
  readonly config: ZeroTrustTunnelCloudflaredConfig;
  readonly namespace: Namespace;
  readonly secret: Secret;
  readonly policies: Readonly<Record<"denyAll" | "toEdge" | "toServices" | "fromMetrics", NetworkPolicy>>;
  readonly disruptionBudget: PodDisruptionBudget;
  readonly deployment: Deployment;
}

/**
 * A way from Cloudflare's edge to Services of the cluster without any open port: a tunnel whose routes are kept at
 * Cloudflare, its token in a Secret, and cloudflared in a namespace of its own at the restricted level, which may reach
 * Cloudflare, the cluster's DNS and the named Services, and is reached by who reads its metrics only.
 *
 * TLS ends at Cloudflare, whose certificate must cover the names (`certificateCovers` of `dns`). A DNS record of each
 * name must point to `hostname`, proxied: `DnsRecords` makes them.
 *
 * WebSockets: Cloudflare sets no limit to their length, but asks for keepalives, and restarts of its servers cut them
 * (https://developers.cloudflare.com/network/websockets/): one that is quiet for some 100 seconds is closed (measured by
 * users, https://community.cloudflare.com/t/cloudflare-websocket-timeout/5865; the documented read timeout is 120
 * seconds, https://developers.cloudflare.com/fundamentals/reference/connection-limits/). So who serves them must ping at
 * least every 50 seconds, and browsers must connect again. A roll-out of cloudflared cuts those that go through the pod
 * that ends, after `graceSeconds`.
 *
 * Costs nothing at Cloudflare (https://www.cloudflare.com/plans/: Tunnel is in the free plan); each pod takes 0.1 CPU and
 * 256 MiB of a node.
 *
 * @example
 * const tunnel = new Tunnel("edge", {
 *   spec: { accountId: "023e105f4ecef8ad9ca31a8372d0c353", tunnelName: "berth-dev" },
 *   hostnames: [
 *     { hostname: "*.example.net", service: provisioner.router },
 *     { hostname: "api.example.net", service: provisioner.api },
 *   ],
 * });
 */
export class Tunnel extends pulumi.ComponentResource {
  /** Id of the tunnel. */
  readonly tunnelId: pulumi.Output<string>;
  /** What DNS records point to: "<id>.cfargotunnel.com". It answers within Cloudflare only, to proxied records. */
  readonly hostname: pulumi.Output<string>;
  /** Namespace of cloudflared, known when the namespace is there. */
  readonly namespace: pulumi.Output<string>;
  readonly nodes: TunnelNodes;

  constructor(name: string, args: TunnelArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:tunnel:Tunnel", name, {}, options);
    const spec = parseTunnelSpec(args.spec);
    checkHostnames(args.hostnames.map(({ hostname }) => hostname));
    const plan = planTunnel(spec);
    const { transform = {} } = args;
    const { accountId } = spec;
    const here = { parent: this };

    const tunnelChild = declare<ZeroTrustTunnelCloudflaredArgs>(
      transform.tunnel,
      { accountId, name: spec.tunnelName, configSrc: "cloudflare" },
      here,
    );
    const tunnel = new ZeroTrustTunnelCloudflared(`${name}-tunnel`, tunnelChild.args, tunnelChild.options);
    const routes = pulumi.output([...args.hostnames].sort(byPrecedence));
    const configChild = declare<ZeroTrustTunnelCloudflaredConfigArgs>(
      transform.config,
      { accountId, tunnelId: tunnel.id, config: { ingresses: routes.apply(ingressRules), originRequest } },
      here,
    );
    const config = new ZeroTrustTunnelCloudflaredConfig(`${name}-config`, configChild.args, configChild.options);
    const token = pulumi.secret(
      getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: tunnel.id }, here).token,
    );

    // Goes before the tunnel does, and with it the pods: Cloudflare keeps a tunnel that has connections.
    const namespaceChild = declare<NamespaceArgs>(transform.namespace, plan.namespace, {
      ...here,
      dependsOn: [config],
    });
    const namespace = new Namespace(`${name}-namespace`, namespaceChild.args, namespaceChild.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const secret = new Secret(
      `${name}-token`,
      { ...plan.secret, stringData: { [objectNames.secretKey]: token } },
      inside,
    );
    const toServices = routes.apply((all) =>
      toServicesManifest(
        spec,
        all.map(({ service }) => service),
      ),
    );
    const policies = {
      denyAll: new NetworkPolicy(`${name}-deny-all`, plan.denyAll, inside),
      toEdge: new NetworkPolicy(`${name}-to-edge`, plan.toEdge, inside),
      toServices: new NetworkPolicy(
        `${name}-to-services`,
        { metadata: toServices.metadata, spec: toServices.spec },
        inside,
      ),
      fromMetrics: new NetworkPolicy(`${name}-from-metrics`, plan.fromMetrics, inside),
    };
    const disruptionBudget = new PodDisruptionBudget(`${name}-disruption-budget`, plan.disruptionBudget, inside);
    // No secret any more: a checksum of it tells nothing, as the token holds 32 random bytes.
    const checksum = pulumi.unsecret(pulumi.all([tunnel.id, token]).apply(([id, value]) => tokenChecksum(id, value)));
    const { metadata, spec: pods } = plan.deployment;
    const annotated = { ...pods.template.metadata, annotations: { "berth.dev/token-checksum": checksum } };
    const deploymentChild = declare<DeploymentArgs>(
      transform.deployment,
      { metadata, spec: { ...pods, template: { ...pods.template, metadata: annotated } } },
      // The walls stand before the pods run.
      { ...inside, dependsOn: [...Object.values(policies), secret] },
    );
    const deployment = new Deployment(`${name}-cloudflared`, deploymentChild.args, deploymentChild.options);

    this.nodes = { tunnel, config, namespace, secret, policies, disruptionBudget, deployment };
    this.tunnelId = tunnel.id;
    this.hostname = pulumi.interpolate`${tunnel.id}.cfargotunnel.com`;
    this.namespace = namespace.metadata.name;
    this.registerOutputs({ tunnelId: this.tunnelId, hostname: this.hostname, namespace: this.namespace });
  }
}

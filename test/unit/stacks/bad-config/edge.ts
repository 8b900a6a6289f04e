import type { BadConfig } from "./bad-config.ts";

/** Mistakes in ways in. */
export const edge: readonly BadConfig[] = [
  {
    name: "a tunnel that serves and is not there",
    from: "dev",
    changes: { "edge.tunnel": undefined },
    says: [
      'berth:edge.tunnel: missing. It is what edge.serves names: write edge.tunnel: {} to have one with its defaults, or let edge.serves name the other. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
    ],
  },
  {
    name: "a load balancer that serves and is not there",
    from: "prod",
    changes: { "edge.loadBalancer": undefined },
    says: [
      "berth:edge.loadBalancer: missing. It is what edge.serves names: write edge.loadBalancer: {} to have one with its defaults, or let edge.serves name the other.",
    ],
  },
  {
    name: "no way in at all",
    from: "dev",
    changes: { edge: { serves: "tunnel" } },
    says: [
      'berth:edge.tunnel: missing. It is what edge.serves names: write edge.tunnel: {} to have one with its defaults, or let edge.serves name the other. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
    ],
  },
  {
    name: "a way in that there is not",
    from: "dev",
    changes: { "edge.serves": "nginx" },
    says: [
      'berth:edge.serves: found "nginx". Must be tunnel or load-balancer. Example: berth:edge: {"serves":"tunnel","tunnel":{}}',
    ],
  },
  {
    name: "a load balancer with what AWS does not take",
    from: "dev",
    changes: { "edge.loadBalancer": { sources: ["everyone"], tcpIdleTimeoutSeconds: 90, drainSeconds: -1 } },
    says: [
      'berth:edge.loadBalancer.sources[0]: found "everyone". Must be a block of IPv4 addresses such as "203.0.113.0/24", or "0.0.0.0/0" for all. Example: berth:edge: {"loadBalancer":{"sources":["203.0.113.0/24"]}}',
      "berth:edge.loadBalancer.tcpIdleTimeoutSeconds: found 90. Must be above 180: the edge's keepalives come that often, and quiet WebSockets would be cut before.",
      "berth:edge.loadBalancer.drainSeconds: found -1. Must be from 0 to 3600: AWS takes no other.",
    ],
  },
  {
    name: "a tunnel with what Cloudflare does not take",
    from: "dev",
    changes: {
      "edge.tunnel": {
        replicas: 26,
        image: "cloudflared:latest",
        graceSeconds: 600,
        resources: { cpu: "lots", memory: "1GB" },
      },
    },
    says: [
      "berth:edge.tunnel.replicas: found 26. Must be from 1 to 25.",
      'berth:edge.tunnel.image: found "cloudflared:latest". Must name its registry and its digest: docker.io/cloudflare/cloudflared:2026.9.3@sha256:….',
      'berth:edge.tunnel.resources.cpu: found "lots". Write CPU as a Kubernetes quantity above zero: "2", "0.5" or "500m".',
      'berth:edge.tunnel.resources.memory: found "1GB". Write memory or storage as a Kubernetes quantity above zero: "256Mi", "4Gi" or "20G".',
      "berth:edge.tunnel.graceSeconds: found 600. Must be from 1 to 180.",
    ],
  },
  {
    name: "an edge that believes everyone",
    from: "prod",
    changes: {
      "ingress.replicas": 0,
      "ingress.trustedProxies": ["0.0.0.0/0"],
    },
    says: [
      "berth:ingress.replicas: found 0. Must be from 1 to 20.",
      'berth:ingress.trustedProxies[0]: found "0.0.0.0/0". Must not be everyone: anyone could claim any address. Example: berth:ingress: {"trustedProxies":["173.245.48.0/20"]}',
    ],
  },
  {
    name: "keys that follow from others, written by hand",
    from: "dev",
    changes: {
      "edge.tunnel.accountId": "023e105f4ecef8ad9ca31a8372d0c353",
      ingress: { workspaceDomain: "example.net", apiHost: "api.example.net" },
      provisioner: { workspaceDomain: "example.net", network: { vpc: "10.20.0.0/16", edgeNamespaces: ["berth-edge"] } },
      monitoring: { tunnel: true },
    },
    says: [
      'berth:edge.tunnel.accountId: found "023e105f4ecef8ad9ca31a8372d0c353". It follows from berth:zone.accountId: take it out.',
      'berth:ingress.workspaceDomain: found "example.net". It follows from berth:dns.workspaceDomain: take it out.',
      'berth:ingress.apiHost: found "api.example.net". It follows from berth:dns.apiHost: take it out.',
      'berth:provisioner.workspaceDomain: found "example.net". It follows from berth:dns.workspaceDomain: take it out.',
      'berth:provisioner.network.vpc: found "10.20.0.0/16". It follows from berth:network.cidr: take it out.',
      'berth:provisioner.network.edgeNamespaces: found ["berth-edge"]. It follows from berth:edge: take it out.',
      "berth:monitoring.tunnel: found true. It follows from berth:edge.tunnel: take it out.",
    ],
  },
  {
    name: "namespaces of the monitoring, written by hand",
    from: "dev",
    changes: {
      "edge.tunnel.metricsNamespace": "m",
      "certificates.metricsNamespace": "m",
      ingress: { metricsNamespace: "m" },
      provisioner: { monitoring: { namespace: "m" } },
    },
    says: [
      'berth:edge.tunnel.metricsNamespace: found "m". It follows from berth:monitoring.namespace: take it out.',
      'berth:ingress.metricsNamespace: found "m". It follows from berth:monitoring.namespace: take it out.',
      'berth:certificates.metricsNamespace: found "m". It follows from berth:monitoring.namespace: take it out.',
      'berth:provisioner.monitoring.namespace: found "m". It follows from berth:monitoring.namespace: take it out.',
    ],
  },
];

import { healthCheck, nodePorts } from "./plan-ports.ts";
import type { LoadBalancerSpec } from "./spec.ts";

/** A port of the load balancer, and where it leads on each node. */
interface Door {
  readonly port: number;
  readonly nodePort: number;
}

/** One rule of a security group that lets TCP through. */
interface Opening {
  readonly description: string;
  readonly ipProtocol: "tcp";
  readonly fromPort: number;
  readonly toPort: number;
}

/** What a load balancer before the edge is, without the ids that flow into it. All by stable keys. */
export function planLoadBalancer(name: string, spec: LoadBalancerSpec) {
  const tags = { ...spec.tags, Name: name };
  const doors: Readonly<Record<string, Door>> = {
    https: { port: 443, nodePort: nodePorts.https },
    ...(spec.redirectHttp ? { http: { port: 80, nodePort: nodePorts.http } } : {}),
  };
  const entries = Object.entries(doors);
  return {
    tags,
    loadBalancer: {
      loadBalancerType: "network",
      internal: false,
      ipAddressType: "ipv4",
      // AWS takes 32 characters in all; it makes the rest itself.
      namePrefix,
      enableCrossZoneLoadBalancing: spec.crossZone,
      enableDeletionProtection: spec.deletionProtection,
      tags,
    },
    /** What is behind each of its ports, and how it listens there. */
    doors: mapValues(doors, ({ port, nodePort }) => ({
      targetGroup: targetGroup(spec, nodePort, tags),
      listener: { port, protocol: "TCP", tcpIdleTimeoutSeconds: spec.tcpIdleTimeoutSeconds },
    })),
    /** From the clients, by door and block. */
    fromClients: Object.fromEntries(
      entries.flatMap(([door, { port }]) =>
        spec.sources.map((cidrIpv4) => [
          `${door}-from-${cidrIpv4.replace("/", "-")}`,
          { ...opening(`${door} from ${cidrIpv4}`, port), cidrIpv4 },
        ]),
      ),
    ),
    /** From the load balancer to the nodes, and the same on the nodes' side. */
    toNodes: mapValues({ ...mapValues(doors, ({ nodePort }) => nodePort), ping: nodePorts.ping }, (port, what) =>
      opening(`${what} from the load balancer to the edge`, port),
    ),
  };
}

const namePrefix = "berth-";

/**
 * TLS passes through, and the client's address is kept, so neither the key nor PROXY protocol is needed. A node without
 * a pod of the edge answers no health check (externalTrafficPolicy Local), one whose pod is leaving answers it with 503.
 */
function targetGroup(spec: LoadBalancerSpec, port: number, tags: Readonly<Record<string, string>>) {
  return {
    namePrefix,
    targetType: "instance",
    protocol: "TCP",
    port,
    preserveClientIp: "true",
    proxyProtocolV2: false,
    deregistrationDelay: spec.drainSeconds,
    // A node turns "unhealthy" when its pod of the edge begins to leave: what is open must be able to end by itself.
    targetHealthStates: [{ enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: spec.drainSeconds }],
    healthCheck: {
      enabled: true,
      protocol: "HTTP",
      path: "/ping",
      port: String(nodePorts.ping),
      matcher: "200",
      interval: healthCheck.intervalSeconds,
      timeout: 5,
      healthyThreshold: healthCheck.looks,
      unhealthyThreshold: healthCheck.looks,
    },
    tags,
  };
}

function opening(description: string, port: number): Opening {
  return { description, ipProtocol: "tcp", fromPort: port, toPort: port };
}

/** The record with each value made into another. */
export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

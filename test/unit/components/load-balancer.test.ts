import { describe, expect, test } from "vitest";
import { planLoadBalancer } from "../../../components/ingress/plan-load-balancer.ts";
import { keepAliveSeconds, leavingSeconds, nodePorts } from "../../../components/ingress/plan-ports.ts";
import { parseLoadBalancerSpec } from "../../../components/ingress/spec.ts";

describe("the load balancer's plan", () => {
  const tags = { team: "platform", Name: "lb" };
  const targetGroup = (port: number) => ({
    namePrefix: "berth-",
    targetType: "instance",
    protocol: "TCP",
    port,
    preserveClientIp: "true",
    proxyProtocolV2: false,
    deregistrationDelay: 300,
    targetHealthStates: [{ enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: 300 }],
    healthCheck: {
      enabled: true,
      protocol: "HTTP",
      path: "/ping",
      port: "30082",
      matcher: "200",
      interval: 10,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
    tags,
  });

  test("opens HTTPS and, for the redirect, HTTP to whom it is told", () => {
    const spec = parseLoadBalancerSpec({ sources: ["203.0.113.0/24", "198.51.100.7/32"], tags: { team: "platform" } });
    const opening = (description: string, port: number) => ({
      description,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
    });
    expect(planLoadBalancer("lb", spec)).toEqual({
      tags,
      loadBalancer: {
        loadBalancerType: "network",
        internal: false,
        ipAddressType: "ipv4",
        namePrefix: "berth-",
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: true,
        tags,
      },
      doors: {
        https: {
          targetGroup: targetGroup(30081),
          listener: { port: 443, protocol: "TCP", tcpIdleTimeoutSeconds: 3600 },
        },
        http: { targetGroup: targetGroup(30080), listener: { port: 80, protocol: "TCP", tcpIdleTimeoutSeconds: 3600 } },
      },
      fromClients: {
        "https-from-203.0.113.0-24": { ...opening("https from 203.0.113.0/24", 443), cidrIpv4: "203.0.113.0/24" },
        "https-from-198.51.100.7-32": { ...opening("https from 198.51.100.7/32", 443), cidrIpv4: "198.51.100.7/32" },
        "http-from-203.0.113.0-24": { ...opening("http from 203.0.113.0/24", 80), cidrIpv4: "203.0.113.0/24" },
        "http-from-198.51.100.7-32": { ...opening("http from 198.51.100.7/32", 80), cidrIpv4: "198.51.100.7/32" },
      },
      toNodes: {
        https: opening("https from the load balancer to the edge", 30081),
        http: opening("http from the load balancer to the edge", 30080),
        ping: opening("ping from the load balancer to the edge", 30082),
      },
    });
  });

  test("leaves port 80 closed on the load balancer and the nodes where it is not wanted", () => {
    const plan = planLoadBalancer("lb", parseLoadBalancerSpec({ redirectHttp: false }));
    expect([plan.doors, plan.fromClients, plan.toNodes].map((each) => Object.keys(each))).toEqual([
      ["https"],
      ["https-from-0.0.0.0-0"],
      ["https", "ping"],
    ]);
  });

  test("hears of a leaving edge before it takes no more connections", () => {
    const { interval, unhealthyThreshold } = targetGroup(nodePorts.https).healthCheck;
    expect(leavingSeconds).toBeGreaterThan(interval * (unhealthyThreshold + 1));
    expect(parseLoadBalancerSpec({}).tcpIdleTimeoutSeconds).toBeGreaterThan(keepAliveSeconds);
  });
});

describe("a wrong spec", () => {
  test.each([
    [{ sources: [] }, 'spec.sources: found []. Must name at least one block: "0.0.0.0/0" for all.'],
    [
      { sources: ["10.0.0.1/8"] },
      'spec.sources[0]: found "10.0.0.1/8". Must be a block of IPv4 addresses such as "203.0.113.0/24", or "0.0.0.0/0" for all.',
    ],
    [
      { sources: ["2001:db8::/32"] },
      'spec.sources[0]: found "2001:db8::/32". Must be a block of IPv4 addresses such as "203.0.113.0/24", or "0.0.0.0/0" for all.',
    ],
    [
      { sources: ["10.0.0.0/8", "10.0.0.0/8"] },
      'spec.sources: found ["10.0.0.0/8","10.0.0.0/8"]. Must name each block once.',
    ],
    [
      { tcpIdleTimeoutSeconds: 86_400 },
      "spec.tcpIdleTimeoutSeconds: found 86400. Must be from 60 to 6000: AWS takes no other.",
    ],
    [
      { tcpIdleTimeoutSeconds: 120 },
      "spec.tcpIdleTimeoutSeconds: found 120. Must be above 180: the edge's keepalives come that often, and quiet WebSockets would be cut before.",
    ],
    [{ drainSeconds: -1 }, "spec.drainSeconds: found -1. Must be from 0 to 3600: AWS takes no other."],
  ])("%j", (spec, message) => {
    expect(() => parseLoadBalancerSpec(spec)).toThrow(message);
  });
});

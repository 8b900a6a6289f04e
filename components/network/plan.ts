import { UserError } from "../core/errors.ts";
import { planSubnets, regionOfZone, type ZoneSubnets } from "../core/subnets.ts";
import type { Endpoint, NetworkSpec } from "./spec.ts";

/** Tags by which Kubernetes' controllers find where load balancers go: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
const subnetTags = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  isolated: {},
} as const;

const natStrategies = { none: "None", one: "Single", "one-per-zone": "OnePerAz" } as const;

/** What a network is made of, without what only the cloud knows. */
export function planNetwork(spec: NetworkSpec, region: string) {
  const zones = [...spec.zones].sort();
  for (const zone of zones) {
    if (regionOfZone(zone) !== region) {
      throw new UserError({
        option: "spec.zones",
        value: zone,
        fix: `Name zones of the platform's region, ${region}.`,
      });
    }
  }
  const subnets = planSubnets(spec.cidr, zones);
  const blocks = Object.values(subnets);
  const subnetSpec = <const Type extends string>(kind: keyof ZoneSubnets, type: Type) => ({
    type,
    cidrBlocks: blocks.map((zone) => zone[kind]),
    tags: subnetTags[kind],
  });
  const endpoints = sorted(new Set(spec.endpoints));
  return {
    zones,
    subnets,
    vpc: {
      cidrBlock: spec.cidr,
      availabilityZoneNames: zones,
      // "Exact" means something else than it says: it refuses every gap, and with it room for another zone.
      subnetStrategy: "Auto" as const,
      subnetNameTagStrategy: "AvailabilityZone" as const,
      subnetSpecs: [
        subnetSpec("public", "Public"),
        subnetSpec("private", "Private"),
        subnetSpec("isolated", "Isolated"),
      ],
      natGateways: { strategy: natStrategies[spec.nat] },
      // Without both, the names of AWS' services would not lead to the endpoints.
      enableDnsSupport: true,
      enableDnsHostnames: true,
      vpcEndpointStrategy: "Auto" as const,
      vpcEndpointSpecs: endpoints.includes("s3")
        ? [{ serviceName: serviceName(region, "s3"), vpcEndpointType: "Gateway" }]
        : [],
    },
    /** Names of the services with an endpoint in each private subnet, by what to call it. */
    interfaceEndpoints: Object.fromEntries(
      endpoints
        .filter((endpoint) => endpoint !== "s3")
        .flatMap(servicesOf)
        .map((service) => [service.replace(".", "-"), serviceName(region, service)]),
    ),
    endpointsGroup: {
      description: "HTTPS from within the network to AWS' services",
      ingress: [
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [spec.cidr], description: "HTTPS from the network" },
      ],
    },
    flowLogs: spec.flowLogs && {
      logGroup: { retentionInDays: spec.flowLogs.retentionDays },
      flowLog: { trafficType: spec.flowLogs.traffic === "all" ? "ALL" : "REJECT", maxAggregationInterval: 600 },
    },
  };
}
export type NetworkPlan = ReturnType<typeof planNetwork>;

/** Names of an endpoint's services: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
function servicesOf(endpoint: Endpoint): readonly string[] {
  return endpoint === "ecr" ? ["ecr.api", "ecr.dkr"] : [endpoint];
}

function serviceName(region: string, service: string): string {
  return `com.amazonaws.${region}.${service}`;
}

function sorted<T extends string>(items: Iterable<T>): readonly T[] {
  return [...items].sort();
}

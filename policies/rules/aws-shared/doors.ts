import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import type { ResourceSubject } from "../../rule.ts";

/** Which resources may do something at some ports. */
export const doorsSpec = z.array(
  z.strictObject({
    resource: z.string().min(1).meta({ description: "Logical name or URN; `*` stands for any characters." }),
    ports: z.array(z.int().min(1).max(65_535)).min(1).meta({ description: "TCP ports." }),
  }),
);
export type Doors = z.output<typeof doorsSpec>;

/** The load balancer of `berth:ingress:LoadBalancer`, which passes TLS on and is there for browsers. */
export const loadBalancerDoors: Doors = [{ resource: "*berth:ingress:LoadBalancer$*", ports: [80, 443] }];

/** Whether a resource may do so at all ports of a range. */
export function isDoor(doors: Doors, subject: ResourceSubject, from: unknown, to: unknown): boolean {
  if (typeof from !== "number" || typeof to !== "number" || to - from > 1) return false;
  const ports = new Set(
    doors
      .filter(({ resource }) => matchesGlob(resource, subject.name) || matchesGlob(resource, subject.urn))
      .flatMap((door) => door.ports),
  );
  return ports.has(from) && ports.has(to);
}

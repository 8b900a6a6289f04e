import { z } from "zod";
import { isUnknown, type ResourceRule, type ResourceSubject, read, readList, violation } from "../../rule.ts";
import { doorsSpec, isDoor, loadBalancerDoors } from "../aws-shared/doors.ts";
import { isWorld, worldIn } from "../aws-shared/world.ts";

const values = z.object({
  openTo: doorsSpec.default(loadBalancerDoors).meta({
    description:
      "Groups and their rules that let the whole internet in, and at which ports: the platform's load balancer.",
  }),
});

/** One opening of a group: from where, at which ports. */
interface Opening {
  /** Where it is written; "" is the resource itself. */
  readonly path: string;
  readonly blocks: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

export const closeSecurityGroup = {
  name: "aws-security-group-close",
  description: "Security groups let nobody in from the whole internet but at the ports that are there for it.",
  severity: "mandatory",
  values,
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ],
  check(subject, settings) {
    const { openTo } = values.parse(settings);
    return openingsOf(subject)
      .filter(({ blocks, from, to }) => blocks.length > 0 && !isUnknown(from) && !isUnknown(to))
      .filter(({ from, to }) => !isDoor(openTo, subject, from, to))
      .map(({ path, blocks, from, to }) =>
        violation(
          subject,
          `${path === "" ? "it" : path} lets ${blocks.join(" and ")} in at ${portsOf(from, to)}.`,
          "Name the blocks or the security groups that need it; what is there for everyone goes into the policy's openTo.",
        ),
      );
  },
} satisfies ResourceRule;

function openingsOf(subject: ResourceSubject): readonly Opening[] {
  const { type, props } = subject;
  const ports = portsIn(props, type.startsWith("aws:vpc/") ? "ipProtocol" : "protocol");
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
    const blocks = [read(props, "cidrIpv4"), read(props, "cidrIpv6")].filter(isWorld).map(String);
    return [{ path: "", blocks, ...ports }];
  }
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    const isIngress = read(props, "type") === "ingress";
    return isIngress ? [{ path: "", blocks: worldIn(props, "cidrBlocks", "ipv6CidrBlocks"), ...ports }] : [];
  }
  return readList(props, "ingress").map((rule, index) => ({
    path: `ingress[${index}]`,
    blocks: worldIn(rule, "cidrBlocks", "ipv6CidrBlocks"),
    ...portsIn(rule, "protocol"),
  }));
}

/** Of every protocol AWS opens every port, whatever is written. */
function portsIn(rule: unknown, protocolField: string): Pick<Opening, "from" | "to"> {
  const protocol = read(rule, protocolField);
  if (protocol === "-1" || protocol === "all") return { from: undefined, to: undefined };
  return { from: read(rule, "fromPort"), to: read(rule, "toPort") };
}

function portsOf(from: unknown, to: unknown): string {
  if (typeof from !== "number" || typeof to !== "number" || from < 0 || (from === 0 && to === 0)) return "every port";
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}

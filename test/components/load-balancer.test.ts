import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { LoadBalancer, type LoadBalancerArgs } from "../../components/ingress/load-balancer.ts";
import { planLoadBalancer } from "../../components/ingress/plan-load-balancer.ts";
import { parseLoadBalancerSpec } from "../../components/ingress/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const host = "berth-1.elb.eu-central-1.amazonaws.com";
const arn = (name: string) => `arn:aws:elasticloadbalancing:eu-central-1:111122223333:${name}`;
const outputs = {
  "aws:lb/loadBalancer:LoadBalancer": (name: string) => ({ arn: arn(name), dnsName: host, zoneId: "Z3F0SRJ5LGBH90" }),
  "aws:lb/targetGroup:TargetGroup": (name: string) => ({ arn: arn(name) }),
};
const subnets = ["subnet-a", "subnet-b"];
const make = (spec: LoadBalancerArgs["spec"], args: Partial<LoadBalancerArgs> = {}) =>
  registrationsOf(
    () =>
      new LoadBalancer("lb", {
        spec,
        vpcId: pulumi.output("vpc-1"),
        publicSubnetIds: subnets.map((id) => pulumi.output(id)),
        autoScalingGroups: { system: pulumi.output("eks-system") },
        nodeSecurityGroupId: pulumi.output("sg-nodes"),
        ...args,
      }),
    "test",
    { outputs },
  );

/** What is registered for the ports that are open. */
function expected(spec: LoadBalancerArgs["spec"], groups: Readonly<Record<string, string>>) {
  const plan = planLoadBalancer("lb", parseLoadBalancerSpec(spec));
  const entries = <Value>(values: Readonly<Record<string, Value>>, make: (key: string, value: Value) => object) =>
    Object.assign({}, ...Object.entries(values).map(([key, value]) => make(key, value)));
  return {
    "lb-security-group": {
      type: "aws:ec2/securityGroup:SecurityGroup",
      inputs: { description: "Load balancer before the edge", vpcId: "vpc-1", tags: plan.tags },
    },
    ...entries(plan.fromClients, (key, rule) => ({
      [`lb-${key}`]: {
        type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs: { securityGroupId: "lb-security-group-id", ...rule },
      },
    })),
    ...entries(plan.toNodes, (key, rule) => ({
      [`lb-${key}-to-nodes`]: {
        type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        inputs: { securityGroupId: "lb-security-group-id", referencedSecurityGroupId: "sg-nodes", ...rule },
      },
      [`lb-${key}-into-nodes`]: {
        type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs: { securityGroupId: "sg-nodes", referencedSecurityGroupId: "lb-security-group-id", ...rule },
      },
    })),
    "lb-load-balancer": {
      type: "aws:lb/loadBalancer:LoadBalancer",
      inputs: { ...plan.loadBalancer, subnets, securityGroups: ["lb-security-group-id"] },
    },
    ...entries(plan.doors, (door, { listener, targetGroup }) => ({
      [`lb-${door}`]: { type: "aws:lb/targetGroup:TargetGroup", inputs: { ...targetGroup, vpcId: "vpc-1" } },
      [`lb-${door}-listener`]: {
        type: "aws:lb/listener:Listener",
        inputs: {
          ...listener,
          loadBalancerArn: arn("lb-load-balancer"),
          defaultActions: [{ type: "forward", targetGroupArn: arn(`lb-${door}`) }],
        },
      },
      ...entries(groups, (group, autoscalingGroupName) => ({
        [`lb-${door}-${group}`]: {
          type: "aws:autoscaling/attachment:Attachment",
          inputs: { autoscalingGroupName, lbTargetGroupArn: arn(`lb-${door}`) },
        },
      })),
    })),
  };
}

function byName(registered: Awaited<ReturnType<typeof make>>["registered"]) {
  return Object.fromEntries(registered.slice(1).map(({ type, name, inputs }) => [name, { type, inputs }]));
}

describe("a LoadBalancer", () => {
  test("for production registers what it opens, whom it leads to, and protects itself", async () => {
    const spec = { sources: ["203.0.113.0/24", "198.51.100.0/24"], tags: { team: "platform" } };
    const { registered, result } = await make(spec);
    expect(registered[0]).toMatchObject({ type: "berth:ingress:LoadBalancer", name: "lb", parent: null });
    expect(byName(registered)).toEqual(expected(spec, { system: "eks-system" }));
    expect(new Set(registered.slice(1).map(({ parent }) => parent))).toEqual(new Set(["lb"]));
    expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["lb-load-balancer"]);
    expect(await resolved(pulumi.all([result.hostname, result.zoneId, result.arn]))).toEqual([
      host,
      "Z3F0SRJ5LGBH90",
      arn("lb-load-balancer"),
    ]);
  });

  test("for development may be without HTTP and protection", async () => {
    const spec = { redirectHttp: false, deletionProtection: false, crossZone: false, tcpIdleTimeoutSeconds: 350 };
    const { registered } = await make(spec);
    expect(byName(registered)).toEqual(expected(spec, { system: "eks-system" }));
    expect(Object.keys(byName(registered)).filter((name) => name.includes("http-") || name.endsWith("http"))).toEqual(
      [],
    );
    expect(registered.some(({ protect }) => protect)).toBe(false);
  });

  test("registers the same when its configuration is written in another order", async () => {
    const groups = { a: "group-a", b: "group-b" };
    const one = await make({ sources: ["10.0.0.0/8", "192.0.2.0/24"] }, { autoScalingGroups: groups });
    const other = await make(
      { sources: ["192.0.2.0/24", "10.0.0.0/8"] },
      { autoScalingGroups: Object.fromEntries(Object.entries(groups).reverse()) },
    );
    expect(byName(other.registered)).toEqual(byName(one.registered));
    expect(byName(one.registered)).toMatchObject(expected({ sources: ["10.0.0.0/8", "192.0.2.0/24"] }, groups));
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(
      {},
      { transform: { loadBalancer: ({ args, options }) => ({ args: { ...args, internal: true }, options }) } },
    );
    expect(registered.find(({ name }) => name === "lb-load-balancer")).toMatchObject({ inputs: { internal: true } });
  });

  test("refuses a wrong spec as a user's mistake, before anything is made", async () => {
    await expect(make({ tcpIdleTimeoutSeconds: 7200 })).rejects.toThrow(
      "spec.tcpIdleTimeoutSeconds: found 7200. Must be from 60 to 6000: AWS takes no other.",
    );
  });
});

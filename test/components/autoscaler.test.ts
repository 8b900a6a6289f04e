import { describe, expect, test } from "vitest";
import { Autoscaler, type AutoscalerArgs } from "../../components/nodes/autoscaler.ts";
import {
  autoscalerNamespace,
  autoscalerNetworkPolicy,
  autoscalerValues,
} from "../../components/nodes/plan-autoscaler.ts";
import { type AutoscalerSpecInput, parseAutoscalerSpec } from "../../components/nodes/spec-autoscaler.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const dev: AutoscalerSpecInput = { replicas: 1, idleMinutes: 5 };
const prod: AutoscalerSpecInput = { replicas: 2, serviceMonitor: true };
const make = (spec: AutoscalerSpecInput, args: Partial<AutoscalerArgs> = {}) =>
  registrationsOf(
    () =>
      new Autoscaler("autoscaler", {
        spec,
        clusterName: "berth-dev",
        clusterVersion: "1.34",
        region: "eu-central-1",
        ...args,
      }),
  );
const child = (type: string, parent: string | null, inputs: unknown) => ({ type, parent, inputs });

describe("an Autoscaler", () => {
  test.each([
    ["development", dev],
    ["production", prod],
  ])("for %s is the chart, walled in, with rights on its own cluster's groups only", async (_what, spec) => {
    const { registered } = await make(spec);
    const all = Object.fromEntries(
      registered.map(({ type, name, parent, inputs }) => [name, { type, parent, inputs }]),
    );
    const { "autoscaler-identity-role": role, "autoscaler-identity-policy": policy, ...others } = all;
    expect(others).toEqual({
      autoscaler: child("berth:nodes:Autoscaler", null, {}),
      "autoscaler-namespace": child("kubernetes:core/v1:Namespace", "autoscaler", autoscalerNamespace()),
      "autoscaler-network-policy": child(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "autoscaler",
        autoscalerNetworkPolicy(),
      ),
      "autoscaler-identity": child("berth:cluster:PodIdentity", "autoscaler", {}),
      "autoscaler-identity-association": expect.objectContaining({
        inputs: expect.objectContaining({
          clusterName: "berth-dev",
          namespace: "cluster-autoscaler",
          serviceAccount: "cluster-autoscaler",
        }),
      }),
      "autoscaler-release": child("kubernetes:helm.sh/v3:Release", "autoscaler", {
        name: "cluster-autoscaler",
        namespace: "cluster-autoscaler",
        chart: "cluster-autoscaler",
        version: "9.59.0",
        repositoryOpts: { repo: "https://kubernetes.github.io/autoscaler" },
        atomic: true,
        compat: "true",
        values: {
          ...autoscalerValues(parseAutoscalerSpec(spec), "1.34", "eu-central-1"),
          autoDiscovery: { clusterName: "berth-dev" },
        },
      }),
    });
    expect(role?.parent).toBe("autoscaler-identity");
    expect(JSON.parse(Object(policy?.inputs).policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Look",
          Effect: "Allow",
          Action: [
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "eks:DescribeNodegroup",
          ],
          Resource: ["*"],
        },
        {
          Sid: "ScaleOwnGroups",
          Effect: "Allow",
          Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
          Resource: ["*"],
          Condition: { StringEquals: { "aws:ResourceTag/eks:cluster-name": "berth-dev" } },
        },
      ],
    });
  });

  test("starts when its rights and its walls are there", async () => {
    const { registered, result } = await make(dev);
    const release = registered.find(({ name }) => name === "autoscaler-release");
    expect(release?.dependsOn).toEqual(
      expect.arrayContaining(["autoscaler-identity-association", "autoscaler-network-policy"]),
    );
    expect(await resolved(result.namespace)).toBe("cluster-autoscaler");
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(dev, {
      transform: { release: ({ args, options }) => ({ args: { ...args, timeout: 900 }, options }) },
    });
    expect(registered.find(({ name }) => name === "autoscaler-release")?.inputs).toMatchObject({ timeout: 900 });
  });

  test("refuses a cluster that it has no release for, before anything is made", async () => {
    await expect(make(dev, { clusterVersion: "1.28" })).rejects.toThrow('clusterVersion: found "1.28". There is an');
  });
});

import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { PodIdentity, type PodIdentityArgs } from "../../components/cluster/pod-identity.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const outputs = {
  "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
};
const make = (args: Partial<PodIdentityArgs> = {}) =>
  registrationsOf(
    () =>
      new PodIdentity("logs", {
        clusterName: pulumi.output("berth"),
        namespace: "logging",
        serviceAccount: "fluent-bit",
        statements: [
          { sid: "Write", actions: ["logs:PutLogEvents"], resources: [pulumi.output("arn:aws:logs:::group:*")] },
          {
            effect: "Deny",
            actions: ["logs:Delete*"],
            resources: ["*"],
            conditions: { Bool: { "aws:SecureTransport": pulumi.output("false") } },
          },
        ],
        ...args,
      }),
    "test",
    { outputs },
  );

describe("a PodIdentity", () => {
  test("is a role that only its own ServiceAccount can take, its policy and the association", async () => {
    const { registered, result } = await make();
    const trust = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-name": "berth",
              "aws:RequestTag/kubernetes-namespace": "logging",
              "aws:RequestTag/kubernetes-service-account": "fluent-bit",
            },
          },
        },
      ],
    };
    const policy = {
      Version: "2012-10-17",
      Statement: [
        { Sid: "Write", Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: ["arn:aws:logs:::group:*"] },
        {
          Effect: "Deny",
          Action: ["logs:Delete*"],
          Resource: ["*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
    expect(registered.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs }))).toEqual([
      { type: "berth:cluster:PodIdentity", name: "logs", parent: null, inputs: {} },
      {
        type: "aws:iam/role:Role",
        name: "logs-role",
        parent: "logs",
        inputs: { description: "Pods of logging/fluent-bit", assumeRolePolicy: JSON.stringify(trust) },
      },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "logs-policy",
        parent: "logs",
        inputs: { role: "logs-role", policy: JSON.stringify(policy) },
      },
      {
        type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        name: "logs-association",
        parent: "logs",
        inputs: {
          clusterName: "berth",
          namespace: "logging",
          serviceAccount: "fluent-bit",
          roleArn: "arn:aws:iam::111122223333:role/logs-role",
        },
      },
    ]);
    expect(await resolved(result.roleArn)).toBe("arn:aws:iam::111122223333:role/logs-role");
  });

  test("keys managed policies by their name, and is associated only when its rights are there", async () => {
    const { registered } = await make({
      statements: [],
      managedPolicies: ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"],
    });
    expect(registered.slice(2).map(({ name, inputs, dependsOn }) => ({ name, inputs, dependsOn }))).toMatchObject([
      {
        name: "logs-AmazonEBSCSIDriverPolicy",
        inputs: {
          role: "logs-role",
          policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
        },
      },
      {
        name: "logs-association",
        dependsOn: expect.arrayContaining(["logs-AmazonEBSCSIDriverPolicy", "logs-role"]),
      },
    ]);
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make({
      transform: { role: ({ args, options }) => ({ args: { ...args, path: "/berth/" }, options }) },
    });
    expect(registered[1]).toMatchObject({ name: "logs-role", inputs: { path: "/berth/" }, parent: "logs" });
  });
});

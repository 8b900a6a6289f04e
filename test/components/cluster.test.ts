import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Cluster, type ClusterArgs } from "../../components/cluster/cluster.ts";
import { ClusterAddons, type ClusterAddonsArgs } from "../../components/cluster/cluster-addons.ts";
import type { ClusterSpecInput } from "../../components/cluster/spec.ts";
import { type Registration, registrationsOf, resolved } from "../support/mocks.ts";

const deployer = "arn:aws:iam::111122223333:role/deployer";
const dev: ClusterSpecInput = {
  name: "berth-dev",
  version: "1.35",
  endpoint: { public: true, cidrs: ["203.0.113.7/32", "198.51.100.0/24"] },
  admins: { deployer },
};
const prod: ClusterSpecInput = {
  name: "berth-prod",
  version: "1.34",
  upgradePolicy: "extended",
  endpoint: { public: false },
  admins: { deployer, oncall: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/oncall" },
  logs: ["scheduler", "audit", "api"],
  logRetentionDays: 365,
  addonVersions: { "vpc-cni": "v1.21.1-eksbuild.1", coredns: "v1.13.2-eksbuild.3" },
};

const kubeconfig = JSON.stringify({
  clusters: [{ name: "kubernetes", cluster: { server: "https://api.example", "certificate-authority-data": "Q0E=" } }],
});
const outputs = {
  "eks:index:Cluster": () => ({
    kubeconfigJson: kubeconfig,
    clusterSecurityGroupId: "sg-cluster",
    nodeSecurityGroupId: "sg-cluster",
  }),
  "aws:kms/key:Key": (name: string) => ({ arn: `arn:aws:kms:::key/${name}`, keyId: `${name}-id` }),
  "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
};
const make = (spec: ClusterSpecInput, args: Partial<ClusterArgs> = {}) =>
  registrationsOf(
    () => new Cluster("berth", { spec, vpcId: "vpc-1", subnetIds: ["subnet-a", pulumi.output("subnet-b")], ...args }),
    "test",
    { outputs },
  );
const makeAddons = (spec: ClusterSpecInput, args: Partial<ClusterAddonsArgs> = {}) =>
  registrationsOf(() => new ClusterAddons("addons", { spec, clusterName: "berth-dev", ...args }), "test", { outputs });
/** What was registered, by name: independent resources come in any order. */
const brief = (registered: readonly Registration[]) =>
  Object.fromEntries(
    registered.map(({ type, name, parent, inputs, protect }) => [
      name,
      { type, parent, inputs, ...(protect ? { protect } : {}) },
    ]),
  );
const parsed = (registered: readonly Registration[], name: string, property: string): unknown =>
  JSON.parse(String(Object(registered.find((one) => one.name === name)?.inputs)[property]));

const addon = (name: string, clusterName: string, more: object = {}) => ({
  type: "aws:eks/addon:Addon",
  parent: "berth",
  inputs: {
    clusterName,
    addonName: name,
    resolveConflictsOnCreate: "OVERWRITE",
    resolveConflictsOnUpdate: "OVERWRITE",
    ...more,
  },
});
const cniSettings = {
  enableNetworkPolicy: "true",
  env: { NETWORK_POLICY_ENFORCING_MODE: "strict", ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
};
const admin = (name: string, principalArn: string, clusterName: string) => ({
  [`berth-admin-${name}`]: {
    type: "aws:eks/accessEntry:AccessEntry",
    parent: "berth",
    inputs: { clusterName, principalArn, type: "STANDARD" },
  },
  [`berth-admin-${name}-policy`]: {
    type: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    parent: "berth",
    inputs: {
      clusterName,
      principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    },
  },
});
/** What is the same in every cluster, but for its name. */
const common = (name: string, retentionInDays: number) => ({
  berth: { type: "berth:cluster:Cluster", parent: null, inputs: {} },
  "berth-key": {
    type: "aws:kms/key:Key",
    parent: "berth",
    inputs: { description: `Secrets of cluster ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
    protect: true,
  },
  "berth-key-alias": {
    type: "aws:kms/alias:Alias",
    parent: "berth",
    inputs: { name: `alias/berth/cluster/${name}`, targetKeyId: "berth-key-id" },
  },
  "berth-logs": {
    type: "aws:cloudwatch/logGroup:LogGroup",
    parent: "berth",
    inputs: { name: `/aws/eks/${name}/cluster`, retentionInDays },
  },
  "berth-vpc-cni": {
    type: "aws:eks/addon:Addon",
    parent: "berth",
    inputs: expect.anything(),
  },
  "berth-kube-proxy": addon("kube-proxy", name),
  "berth-eks-pod-identity-agent": addon("eks-pod-identity-agent", name),
  "berth-vpc-cni-identity": { type: "berth:cluster:PodIdentity", parent: "berth", inputs: {} },
  "berth-vpc-cni-identity-role": {
    type: "aws:iam/role:Role",
    parent: "berth-vpc-cni-identity",
    inputs: { description: "Pods of kube-system/aws-node", assumeRolePolicy: expect.stringContaining(`"${name}"`) },
  },
  "berth-vpc-cni-identity-AmazonEKS_CNI_Policy": {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    parent: "berth-vpc-cni-identity",
    inputs: { role: "berth-vpc-cni-identity-role", policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
  },
  "berth-vpc-cni-identity-association": {
    type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    parent: "berth-vpc-cni-identity",
    inputs: {
      clusterName: name,
      namespace: "kube-system",
      serviceAccount: "aws-node",
      roleArn: "arn:aws:iam::111122223333:role/berth-vpc-cni-identity-role",
    },
  },
});
const eks = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  encryptionConfigKeyArn: "arn:aws:kms:::key/berth-key",
  endpointPrivateAccess: true,
  authenticationMode: "API",
  kubernetesServiceIpAddressRange: "172.20.0.0/16",
  deletionProtection: true,
  skipDefaultNodeGroup: true,
  skipDefaultSecurityGroups: true,
  createOidcProvider: false,
  bootstrapSelfManagedAddons: false,
  useDefaultVpcCni: true,
  // How conflicts would be resolved is the eks package's own default.
  kubeProxyAddonOptions: {
    enabled: false,
    resolveConflictsOnCreate: "OVERWRITE",
    resolveConflictsOnUpdate: "OVERWRITE",
  },
  corednsAddonOptions: {
    enabled: false,
    resolveConflictsOnCreate: "OVERWRITE",
    resolveConflictsOnUpdate: "OVERWRITE",
  },
};

describe("a Cluster", () => {
  test("for development is reached from the addresses named, by those named", async () => {
    const { registered } = await make(dev);
    expect(brief(registered)).toEqual({
      ...common("berth-dev", 30),
      ...admin("deployer", deployer, "berth-dev"),
      "berth-eks": {
        type: "eks:index:Cluster",
        parent: "berth",
        inputs: {
          ...eks,
          name: "berth-dev",
          version: "1.35",
          upgradePolicy: { supportType: "STANDARD" },
          endpointPublicAccess: true,
          publicAccessCidrs: ["198.51.100.0/24", "203.0.113.7/32"],
          enabledClusterLogTypes: ["audit", "authenticator"],
        },
      },
    });
    expect(parsed(registered, "berth-vpc-cni", "configurationValues")).toEqual(cniSettings);
  });

  test("for production is reached from within, and keeps what it is told", async () => {
    const { registered } = await make(prod);
    expect(brief(registered)).toEqual({
      ...common("berth-prod", 365),
      ...admin("deployer", deployer, "berth-prod"),
      ...admin("oncall", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/oncall", "berth-prod"),
      "berth-vpc-cni": addon("vpc-cni", "berth-prod", {
        addonVersion: "v1.21.1-eksbuild.1",
        configurationValues: JSON.stringify(cniSettings),
      }),
      "berth-eks": {
        type: "eks:index:Cluster",
        parent: "berth",
        inputs: {
          ...eks,
          name: "berth-prod",
          version: "1.34",
          upgradePolicy: { supportType: "EXTENDED" },
          endpointPublicAccess: false,
          enabledClusterLogTypes: ["api", "audit", "scheduler"],
        },
      },
    });
  });

  test("registers the same, in whatever order its lists are written", async () => {
    const { deployer: first, oncall } = { ...prod.admins };
    const reordered = { ...prod, admins: { oncall, deployer: first }, logs: ["api", "scheduler", "audit", "api"] };
    const { registered } = await make(Object.assign({}, prod, reordered));
    expect(brief(registered)).toEqual(brief((await make(prod)).registered));
  });

  test("has its log group before EKS would make one, and the CNI's rights before the CNI", async () => {
    const { registered } = await make(dev);
    const dependencies = (name: string) => registered.find((one) => one.name === name)?.dependsOn;
    expect(dependencies("berth-eks")).toContain("berth-logs");
    expect(dependencies("berth-vpc-cni")).toContain("berth-vpc-cni-identity-association");
    expect(dependencies("berth-admin-deployer-policy")).toContain("berth-admin-deployer");
  });

  test("gives its name and version, where it is, and a secret way in", async () => {
    const { result } = await make(dev);
    expect(await resolved(result.clusterName)).toBe("berth-dev");
    expect(await resolved(result.version)).toBe("1.35");
    expect(await resolved(result.endpoint)).toBe("https://api.example");
    expect(await resolved(result.certificateAuthority)).toBe("Q0E=");
    expect(await resolved(result.kubeconfig)).toBe(kubeconfig);
    expect(await resolved(result.clusterSecurityGroupId)).toBe("sg-cluster");
    expect(await resolved(result.nodeSecurityGroupId)).toBe("sg-cluster");
    expect(await pulumi.isSecret(result.kubeconfig)).toBe(true);
    expect(await pulumi.isSecret(result.endpoint)).toBe(false);
  });

  test("takes the last change from its user, and can be let go of", async () => {
    const seen: unknown[] = [];
    const { registered } = await make(
      { ...dev, deletionProtection: false },
      {
        transform: {
          cluster: ({ args, options }) => {
            seen.push(...(options.transforms ?? []));
            return { args: { ...args, clusterTags: { team: "a" } }, options };
          },
          addon: ({ args, options }) => ({ args: { ...args, preserve: true }, options }),
        },
      },
    );
    expect(seen).toHaveLength(1);
    expect(registered.filter(({ protect }) => protect)).toEqual([]);
    expect(brief(registered)).toMatchObject({
      "berth-eks": { inputs: { clusterTags: { team: "a" }, deletionProtection: false } },
      "berth-vpc-cni": { inputs: { preserve: true } },
      "berth-kube-proxy": { inputs: { preserve: true } },
    });
  });

  test("refuses a version without support before anything is made", async () => {
    await expect(make({ ...dev, version: "1.28" })).rejects.toThrow(
      'spec.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26.',
    );
  });
});

describe("a cluster's add-ons", () => {
  const late = (name: string, more: object = {}) => ({
    ...addon(name, "berth-dev", more),
    parent: "addons",
  });

  test("are those that need nodes, after what their pods may do", async () => {
    const { registered, result } = await makeAddons(dev);
    expect(brief(registered)).toEqual({
      addons: { type: "berth:cluster:ClusterAddons", parent: null, inputs: {} },
      "addons-system-pods": {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        parent: "addons",
        inputs: expect.objectContaining({
          metadata: expect.objectContaining({ namespace: "kube-system", name: "berth-system-pods" }),
        }),
      },
      "addons-mirror-pods-policy": {
        type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
        parent: "addons",
        inputs: expect.objectContaining({ metadata: expect.objectContaining({ name: "berth-mirror-pods" }) }),
      },
      "addons-mirror-pods-binding": {
        type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
        parent: "addons",
        inputs: expect.objectContaining({
          spec: { policyName: "berth-mirror-pods", validationActions: ["Deny"] },
        }),
      },
      "addons-ebs": { type: "berth:cluster:PodIdentity", parent: "addons", inputs: {} },
      "addons-ebs-role": { type: "aws:iam/role:Role", parent: "addons-ebs", inputs: expect.anything() },
      "addons-ebs-AmazonEBSCSIDriverPolicyV2": {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        parent: "addons-ebs",
        inputs: {
          role: "addons-ebs-role",
          policyArn: "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2",
        },
      },
      "addons-ebs-association": {
        type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        parent: "addons-ebs",
        inputs: {
          clusterName: "berth-dev",
          namespace: "kube-system",
          serviceAccount: "ebs-csi-controller-sa",
          roleArn: "arn:aws:iam::111122223333:role/addons-ebs-role",
        },
      },
      "addons-aws-ebs-csi-driver": late("aws-ebs-csi-driver", { configurationValues: expect.any(String) }),
      "addons-coredns": late("coredns", { configurationValues: expect.any(String) }),
      "addons-metrics-server": late("metrics-server"),
      "addons-snapshot-controller": late("snapshot-controller"),
    });
    for (const name of ["aws-ebs-csi-driver", "coredns", "metrics-server", "snapshot-controller"]) {
      const { dependsOn = [] } = registered.find((one) => one.name === `addons-${name}`) ?? {};
      expect([name, dependsOn.includes("addons-system-pods"), dependsOn.includes("addons-ebs-association")]).toEqual([
        name,
        true,
        name === "aws-ebs-csi-driver",
      ]);
    }
    expect(await resolved(result.clusterName)).toBe("berth-dev");
  });

  test("have two of DNS on the system pool, and the volumes' driver on every node", async () => {
    const { registered } = await makeAddons(dev);
    const onSystemNodes = {
      nodeSelector: { "berth.dev/pool": "system" },
      tolerations: [
        { key: "CriticalAddonsOnly", operator: "Exists" },
        { key: "berth.dev/pool", operator: "Equal", value: "system", effect: "NoSchedule" },
      ],
    };
    expect(parsed(registered, "addons-coredns", "configurationValues")).toEqual({
      replicaCount: 2,
      ...onSystemNodes,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    });
    expect(parsed(registered, "addons-aws-ebs-csi-driver", "configurationValues")).toEqual({
      controller: onSystemNodes,
      node: { tolerateAllTaints: true },
    });
  });

  test("may use the volumes' own key, where there is one", async () => {
    const { registered } = await makeAddons(prod, { volumeKeyArn: pulumi.output("arn:aws:kms:::key/volumes") });
    expect(parsed(registered, "addons-ebs-policy", "policy")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "EncryptVolumes",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
          Resource: ["arn:aws:kms:::key/volumes"],
        },
        {
          Sid: "LetVolumesBeAttached",
          Effect: "Allow",
          Action: ["kms:CreateGrant"],
          Resource: ["arn:aws:kms:::key/volumes"],
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
      ],
    });
    expect(brief(registered)["addons-coredns"]?.inputs).toMatchObject({ addonVersion: "v1.13.2-eksbuild.3" });
  });
});

import { describe, expect, test } from "vitest";
import { shapeChildren } from "../../../components/cluster/children.ts";
import { readKubeconfig } from "../../../components/cluster/kubeconfig.ts";
import { planCluster, planClusterAddons } from "../../../components/cluster/plan.ts";
import { parseClusterSpec } from "../../../components/cluster/spec.ts";
import { problemOfVersion, supportOf, versionsWith } from "../../../components/cluster/versions.ts";

const deployer = "arn:aws:iam::111122223333:role/deployer";
const spec = { name: "berth-dev", version: "1.35", endpoint: { public: false }, admins: { deployer } };
const refused = (change: object) => () => parseClusterSpec({ ...spec, ...change });
const reach = (...cidrs: readonly string[]) => ({ endpoint: { public: true, cidrs } });

describe("the spec of a cluster", () => {
  test("says who reaches it, who may do everything, and which version", () => {
    expect(parseClusterSpec(spec)).toEqual({
      ...spec,
      upgradePolicy: "standard",
      logs: ["audit", "authenticator"],
      logRetentionDays: 30,
      serviceCidr: "172.20.0.0/16",
      addonVersions: {},
      deletionProtection: true,
    });
  });

  test.each([
    [
      { version: "1.28" },
      'spec.version: found "1.28". EKS ended its support of 1.28 on 2025-11-26. Write one of "1.34", "1.35", "1.36".',
    ],
    [
      { version: "1.33" },
      'spec.version: found "1.33". Standard support of 1.33 ended on 2026-07-29. Write one of "1.34", "1.35", "1.36"; ' +
        'or, until 2027-07-29, write upgradePolicy: "extended" and pay $0.60 an hour for the cluster, not $0.10.',
    ],
    [
      { version: "1.40" },
      'spec.version: found "1.40". It is not in EKS\' calendar of 2026-11-21. Write one of "1.34", "1.35", "1.36".',
    ],
    [{ version: "latest" }, 'spec.version: found "latest". It is no version as "1.35". Write one of'],
    [{ version: 1.35 }, 'spec.version: found 1.35. Write the Kubernetes version in quotes: "1.35".'],
    [
      reach("0.0.0.0/0"),
      'spec.endpoint.cidrs[0]: found "0.0.0.0/0". Everyone in the internet could try to get in: name the addresses of ' +
        "your offices, VPN and CI.",
    ],
    [
      reach("0.0.0.0/1", "128.0.0.0/1"),
      'spec.endpoint.cidrs[0]: found "0.0.0.0/1". Everyone in the internet could try to get in: name the addresses of ' +
        "your offices, VPN and CI.",
    ],
    [
      reach("203.0.113.7/32", "10.0.0.0/8"),
      'spec.endpoint.cidrs[1]: found "10.0.0.0/8". The internet has no such addresses, so the public endpoint sees ' +
        "none: write those behind which you are.",
    ],
    [reach("2001:db8::/32"), "Write IPv4 addresses: the endpoint of an IPv4 cluster has no others."],
    [reach(), "spec.endpoint.cidrs: found []. Name at least one block of addresses that may reach it"],
    [
      { endpoint: "public" },
      'spec.endpoint: found "public". Write { "public": false }, or { "public": true, "cidrs": ["203.0.113.7/32"] } ' +
        "with who may reach it.",
    ],
    [{ admins: {} }, "spec.admins: found {}. Name at least who runs pulumi: nobody else can do anything in it."],
    [
      { admins: { me: "arn:aws:sts::111122223333:assumed-role/deployer/me" } },
      'spec.admins.me: found "arn:aws:sts::111122223333:assumed-role/deployer/me". This is a session: write the role ' +
        "it is of, with its path: arn:aws:iam::111122223333:role/deployer.",
    ],
    [
      { admins: { all: "arn:aws:iam::111122223333:root" } },
      'spec.admins.all: found "arn:aws:iam::111122223333:root". EKS takes no whole account: write a role or user',
    ],
    [
      { admins: { a: deployer, b: deployer } },
      `spec.admins.b: found "${deployer}". It is the same as a: name each once.`,
    ],
    [{ name: "Berth" }, "spec.name: found \"Berth\". Must be a-z, 0-9 and '-', from a letter, at most 40 characters."],
    [{ logs: ["etcd"] }, "Write any of: api, audit, authenticator, controllerManager, scheduler."],
    [{ logRetentionDays: 31 }, "spec.logRetentionDays: found 31. Write days that CloudWatch Logs can keep: 1, 3, 5,"],
    [
      { serviceCidr: "8.8.0.0/16" },
      'spec.serviceCidr: found "8.8.0.0/16". Write a block of 10/8, 172.16/12 or 192.168/16, from /12 to /24.',
    ],
    [
      { addonVersions: { "vpc-cni": "latest" } },
      'spec.addonVersions.vpc-cni: found "latest". Write a version of the add-on as EKS has it: v1.21.1-eksbuild.1.',
    ],
    [
      { addonVersions: { "amazon-vpc-cni": "v1.21.1-eksbuild.1" } },
      'spec.addonVersions.amazon-vpc-cni: found "v1.21.1-eksbuild.1". There is no such option',
    ],
    [{ upgradePolicy: "never" }, 'spec.upgradePolicy: found "never". Write "standard" or "extended".'],
  ])("explains %j", (change, message) => {
    expect(refused(change)).toThrow(message);
  });

  test("takes a version in extended support when its price is taken too", () => {
    expect(parseClusterSpec({ ...spec, version: "1.33", upgradePolicy: "extended" }).version).toBe("1.33");
    expect(refused({ version: "1.30", upgradePolicy: "extended" })).toThrow("EKS ended its support of 1.30");
  });
});

describe("the calendar of versions", () => {
  test("parts them by what AWS still does, on the calendar's own day", () => {
    expect(versionsWith("standard")).toEqual(["1.34", "1.35", "1.36"]);
    expect(versionsWith("extended")).toEqual(["1.31", "1.32", "1.33"]);
    expect(versionsWith("ended")).toEqual(["1.26", "1.27", "1.28", "1.29", "1.30"]);
    expect(supportOf("1.99")).toBeNull();
    expect(problemOfVersion("1.36", "standard")).toBeNull();
  });
});

describe("the plan of a cluster", () => {
  test("leaves every add-on's version to EKS, but for those that are named", () => {
    const named = parseClusterSpec({ ...spec, addonVersions: { "kube-proxy": "v1.35.0-eksbuild.2" } });
    const versions = [...planCluster(named).addons, ...planClusterAddons(named).addons].map((addon) => [
      addon.addonName,
      "addonVersion" in addon ? addon.addonVersion : null,
    ]);
    expect(Object.fromEntries(versions)).toEqual({
      "eks-pod-identity-agent": null,
      "kube-proxy": "v1.35.0-eksbuild.2",
      "vpc-cni": null,
      "aws-ebs-csi-driver": null,
      coredns: null,
      "metrics-server": null,
      "snapshot-controller": null,
    });
  });

  test("lets the pods of kube-system do what DNS, volumes and metrics need, and no more", () => {
    const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
    const port = (number: number, protocol = "TCP") => ({ protocol, port: number });
    expect(planClusterAddons(parseClusterSpec(spec)).systemPods).toEqual({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: {
        name: "berth-system-pods",
        namespace: "kube-system",
        labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "cluster" },
      },
      spec: {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: [port(53, "UDP"), port(53), port(9153), port(10251)] }],
        egress: [
          { ports: [port(53, "UDP"), port(53), port(443)] },
          {
            to: privateBlocks.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [port(443), port(6443), port(10250)],
          },
          { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [port(80)] },
        ],
      },
    });
  });
});

describe("the wall before nodes", () => {
  test("refuses each pod that a node makes itself, wherever it is to be", () => {
    const { mirrorPods } = planClusterAddons(parseClusterSpec(spec));
    expect(mirrorPods.policy.spec).toEqual({
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["*"], operations: ["CREATE"], resources: ["pods"], scope: "Namespaced" },
        ],
      },
      matchConditions: [{ name: "node", expression: "'system:nodes' in request.userInfo.groups" }],
      validations: [{ expression: "false", message: "Nodes may not make pods of their own.", reason: "Forbidden" }],
    });
    expect(mirrorPods.binding.spec).toEqual({
      policyName: mirrorPods.policy.metadata.name,
      validationActions: ["Deny"],
    });
  });
});

describe("what eks makes", () => {
  const child = (type: string) => ({
    ...{ custom: true, type, name: "child", props: { name: "berth" } },
    opts: { ignoreChanges: ["bootstrapSelfManagedAddons"] },
  });
  const ignoreChanges = ["bootstrapSelfManagedAddons", "vpcConfig.subnetIds"];

  test("gives nobody rights for having made the cluster, and keeps it and its subnets", () => {
    const accessConfig = { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false };
    expect(shapeChildren(true)(child("aws:eks/cluster:Cluster"))).toEqual({
      props: { name: "berth", accessConfig },
      opts: { protect: true, ignoreChanges },
    });
    expect(shapeChildren(false)(child("aws:eks/cluster:Cluster"))).toEqual({
      props: { name: "berth", accessConfig },
      opts: { protect: false, ignoreChanges },
    });
  });

  test("is else as eks has it", () => {
    expect(shapeChildren(true)(child("aws:iam/role:Role"))).toBeUndefined();
  });
});

describe("a kubeconfig", () => {
  const text = (cluster: object) => JSON.stringify({ clusters: [{ name: "kubernetes", cluster }, { name: "other" }] });

  test("says where its API server is, and who signed its certificate", () => {
    expect(readKubeconfig(text({ server: "https://api", "certificate-authority-data": "Q0E=" }))).toEqual({
      server: "https://api",
      certificateAuthority: "Q0E=",
    });
    expect(readKubeconfig(text({ server: "https://api" })).certificateAuthority).toBe("");
    expect(() => readKubeconfig("{}")).toThrow();
  });
});

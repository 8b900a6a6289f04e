import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capacityOf } from "../../../components/core/instance-types.ts";
import { launchTemplate, nodePolicies, planGroups, poolSettings, spread } from "../../../components/nodes/plan.ts";
import { type NodesSpecInput, parseNodesSpec } from "../../../components/nodes/spec.ts";
import { nodeUserData, shutdownSeconds } from "../../../components/nodes/user-data.ts";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { planWorkspace } from "../../../components/workspace/plan.ts";
import { desktopOrder } from "./orders.ts";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const defaults = parseNodesSpec({});

describe("an instance type's name", () => {
  test.each([
    ["m7i.2xlarge", { architecture: "x86_64", cpus: 8, memoryGiB: 32, volumes: 31 }],
    ["m7i-flex.large", { architecture: "x86_64", cpus: 2, memoryGiB: 8, volumes: 31 }],
    ["c6in.xlarge", { architecture: "x86_64", cpus: 4, memoryGiB: 8, volumes: 25 }],
    ["c5n.2xlarge", { architecture: "x86_64", cpus: 8, memoryGiB: 21, volumes: 25 }],
    ["r6idn.16xlarge", { architecture: "x86_64", cpus: 64, memoryGiB: 512, volumes: 25 }],
    ["m7g.medium", { architecture: "arm64", cpus: 1, memoryGiB: 4, volumes: 25 }],
    ["m8g.48xlarge", { architecture: "arm64", cpus: 192, memoryGiB: 768, volumes: 127 }],
    ["c7i.16xlarge", { architecture: "x86_64", cpus: 64, memoryGiB: 128, volumes: 47 }],
    ["c7gn.4xlarge", { architecture: "arm64", cpus: 16, memoryGiB: 32, volumes: 25 }],
    ["t3.medium", { architecture: "x86_64", cpus: 2, memoryGiB: 4, volumes: 25 }],
    ["t4g.2xlarge", { architecture: "arm64", cpus: 8, memoryGiB: 32, volumes: 25 }],
  ])("%s tells its capacity", (type, capacity) => {
    expect(capacityOf(type)).toEqual(capacity);
  });

  test.each([
    "g5.xlarge",
    "m4.large",
    "t2.large",
    "t3.4xlarge",
    "m7i.metal-24xl",
    "m7i",
    "m7i.0xlarge",
    "u-6tb1.metal",
  ])("%s tells none", (type) => {
    expect(capacityOf(type)).toBeNull();
  });
});

describe("a spec of nodes", () => {
  test("has nodes enough for three zones when nothing is said", () => {
    expect(defaults).toEqual({
      system: {
        instanceTypes: ["m7i.large", "m6i.large", "m6a.large"],
        min: 2,
        desired: 2,
        max: 6,
        diskGiB: 50,
        podPidsLimit: 4096,
      },
      workspaces: {
        instanceTypes: ["m7i.2xlarge", "m6i.2xlarge", "m6a.2xlarge", "m7a.2xlarge"],
        capacity: "on-demand",
        min: 2,
        desired: 3,
        max: 10,
        diskGiB: 100,
        podPidsLimit: 512,
      },
      sessionManager: false,
    });
  });

  test("names every wrong field at once, with what to write instead", () => {
    const wrong = {
      system: { min: 0, instanceTypes: [] },
      workspaces: {
        instanceTypes: ["m7i.2xlarge", "m7g.2xlarge", "c7i.2xlarge", "p4d.24xlarge"],
        capacity: "reserved",
        diskGiB: 8,
      },
      gpu: true,
    };
    expect(() => parseNodesSpec(wrong)).toThrow(
      [
        "spec.system.instanceTypes: found []. Write at least one.",
        "spec.system.min: found 0. Write 1 to 450.",
        'spec.workspaces.instanceTypes[3]: found "p4d.24xlarge". Must be a general (m, t), compute (c) or memory (r) type of a present generation, such as "m7i.2xlarge".',
        'spec.workspaces.instanceTypes[1]: found "m7g.2xlarge". Must be x86_64 like m7i.2xlarge: it is arm64.',
        'spec.workspaces.instanceTypes[2]: found "c7i.2xlarge". Must have 8 CPUs and 32 GiB like m7i.2xlarge: it has 8 CPUs and 16 GiB.',
        'spec.workspaces.capacity: found "reserved". Write "spot" or "on-demand".',
        "spec.workspaces.diskGiB: found 8. Write 20 to 16384.",
        "spec.gpu: found true. There is no such option: take it out or correct its name.",
      ].join("\n"),
    );
  });

  test.each<[string, NodesSpecInput, string]>([
    [
      "fewest above most",
      { workspaces: { min: 12 } },
      "spec.workspaces.min: found 12. Must be at most max, which is 10: it is 12.",
    ],
    [
      "a beginning outside both",
      { workspaces: { desired: 11 } },
      "spec.workspaces.desired: found 11. Must be from min to max, which are 2 and 10: it is 11.",
    ],
    [
      "one type on spot",
      { workspaces: { capacity: "spot", instanceTypes: ["m7i.2xlarge"] } },
      'spec.workspaces.instanceTypes: found ["m7i.2xlarge"]. Must be several for spot: one type in one zone is often not to be had.',
    ],
    [
      "a type twice",
      { system: { instanceTypes: ["m7i.large", "m7i.large"] } },
      'spec.system.instanceTypes: found ["m7i.large","m7i.large"]. Must be different.',
    ],
  ])("refuses %s", (_what, spec, message) => {
    expect(() => parseNodesSpec(spec)).toThrow(message);
  });
});

describe("counts over zones", () => {
  const someZones = fc.uniqueArray(fc.stringMatching(/^[a-z]{2}-[a-z]+-[1-3][a-f]$/), { minLength: 1, maxLength: 6 });

  test("keep their total and differ by one at most, whatever the order of the zones", () => {
    fc.assert(
      fc.property(fc.nat(500), someZones, (total, names) => {
        const counts = Object.values(spread(total, names));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(spread(total, [...names].reverse())).toEqual(spread(total, names));
      }),
    );
  });

  test("keep fewest, beginning and most in order in each zone", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), someZones, (less, more, names) => {
        const [low, high] = [spread(less, names), spread(less + more, names)];
        for (const zone of names) expect(low[zone]).toBeLessThanOrEqual(high[zone] ?? -1);
      }),
    );
  });

  test("become one group in each zone and pool", () => {
    expect(planGroups(defaults, ["eu-central-1c", "eu-central-1a", "eu-central-1b"])).toEqual({
      "system-eu-central-1a": group("system", "eu-central-1a", [1, 1, 2]),
      "system-eu-central-1b": group("system", "eu-central-1b", [1, 1, 2]),
      "system-eu-central-1c": group("system", "eu-central-1c", [0, 0, 2]),
      "workspaces-eu-central-1a": group("workspaces", "eu-central-1a", [1, 1, 4]),
      "workspaces-eu-central-1b": group("workspaces", "eu-central-1b", [1, 1, 3]),
      "workspaces-eu-central-1c": group("workspaces", "eu-central-1c", [0, 1, 3]),
    });
  });

  test("leave no zone without a node for the volumes that are in it", () => {
    const spec = parseNodesSpec({ workspaces: { min: 1, desired: 1, max: 2 } });
    expect(() => planGroups(spec, zones)).toThrow(
      "spec.workspaces.max: found 2. Write at least 3, one for each of the zones eu-central-1a, eu-central-1b, eu-central-1c: volumes stay in their zone.",
    );
  });
});

function group(pool: string, zone: string, [minSize, desiredSize, maxSize]: readonly number[]) {
  return { pool, zone, scaling: { minSize, desiredSize, maxSize } };
}

describe("the groups of a pool", () => {
  test("are for workspaces only, on spot where asked", () => {
    const instanceTypes = ["m7i.2xlarge", "m6i.2xlarge"];
    const spec = parseNodesSpec({ workspaces: { capacity: "spot", instanceTypes } });
    expect(poolSettings(spec, "workspaces")).toEqual({
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "SPOT",
      instanceTypes,
      labels: { "berth.dev/pool": "workspaces" },
      taints: [{ key: "berth.dev/pool", value: "workspaces", effect: "NO_SCHEDULE" }],
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
    });
  });

  test("are for the platform's own programs on demand, on Graviton where its types are named", () => {
    const spec = parseNodesSpec({ system: { instanceTypes: ["m7g.large"] }, workspaces: { capacity: "spot" } });
    expect(poolSettings(spec, "system")).toEqual({
      amiType: "AL2023_ARM_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: ["m7g.large"],
      labels: { "berth.dev/pool": "system" },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
    });
  });

  test("have one template, which closes the metadata service to pods and tags what is launched", () => {
    const tags = { Name: "nodes-workspaces", "berth.dev/pool": "workspaces", "berth.dev/cost-centre": "platform" };
    expect(launchTemplate(defaults, "workspaces", "nodes", { "berth.dev/cost-centre": "platform" })).toEqual({
      description: "Nodes of workspaces",
      updateDefaultVersion: true,
      userData: Buffer.from(nodeUserData(defaults, "workspaces")).toString("base64"),
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 100, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "disabled",
        instanceMetadataTags: "disabled",
      },
      monitoring: { enabled: false },
      tagSpecifications: [
        { resourceType: "instance", tags },
        { resourceType: "volume", tags },
        { resourceType: "network-interface", tags },
      ],
    });
  });

  test("have a shell by Systems Manager only where asked", () => {
    expect(nodePolicies(defaults)).toEqual([
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    ]);
    expect(nodePolicies(parseNodesSpec({ sessionManager: true }))).toContain(
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    );
  });
});

describe("the user data of a pool", () => {
  test("is one MIME part for nodeadm, to which EKS adds its own", () => {
    expect(nodeUserData(defaults, "workspaces")).toBe(`MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BERTH"

--BERTH
Content-Type: application/node.eks.aws

{
  "apiVersion": "node.eks.aws/v1alpha1",
  "kind": "NodeConfig",
  "spec": {
    "kubelet": {
      "config": {
        "podPidsLimit": 512,
        "serializeImagePulls": false,
        "maxParallelImagePulls": 4,
        "systemReserved": {
          "cpu": "100m",
          "memory": "256Mi",
          "ephemeral-storage": "1Gi",
          "pid": "1000"
        },
        "evictionHard": {
          "memory.available": "200Mi",
          "nodefs.available": "10%",
          "nodefs.inodesFree": "5%",
          "imagefs.available": "15%",
          "imagefs.inodesFree": "5%",
          "pid.available": "10%"
        },
        "shutdownGracePeriod": "60s",
        "shutdownGracePeriodCriticalPods": "15s"
      }
    }
  }
}

--BERTH--
`);
  });

  test("differs by the pool's own limit of processes", () => {
    expect(nodeUserData(defaults, "system")).toBe(
      nodeUserData(defaults, "workspaces").replace('"podPidsLimit": 512', '"podPidsLimit": 4096'),
    );
  });

  test("leaves a workspace its time to end, within a spot instance's two minutes", () => {
    const { spec } = planWorkspace(composeWorkspace(desktopOrder)).deployment.spec.template;
    expect(shutdownSeconds.all - shutdownSeconds.criticalPods).toBeGreaterThanOrEqual(
      spec.terminationGracePeriodSeconds,
    );
    expect(shutdownSeconds.all).toBeLessThan(120);
  });
});

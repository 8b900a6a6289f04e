import { describe, expect, test } from "vitest";
import { confineNamespace } from "../../../policies/rules/kubernetes-namespace/confine.ts";
import { fenceNamespace } from "../../../policies/rules/kubernetes-namespace/fence.ts";
import { limitWorkspaceNamespace } from "../../../policies/rules/kubernetes-namespace/limit.ts";
import { describeRule, describeStackRule, type Stack } from "./describe-rule.ts";
import { inPlatform, inWorkspace, platformNamespace, workspaceNamespace } from "./kubernetes-fixtures.ts";

const enforce = ["metadata", "labels", "pod-security.kubernetes.io/enforce"];
const version = ["metadata", "labels", "pod-security.kubernetes.io/enforce-version"];

const workspace = "workspace-namespace (kubernetes:core/v1:Namespace):";
describeRule({ ...confineNamespace, name: "kubernetes-namespace-confine, of a workspace" }, workspaceNamespace, {
  refuses: {
    "a lower level": {
      change: [enforce, "baseline"],
      says: [
        `${workspace} workspace "ws-ada" takes pods that are not confined: label pod-security.kubernetes.io/enforce is "baseline". Write pod-security.kubernetes.io/enforce: restricted.`,
      ],
    },
    "no level": {
      change: [enforce, undefined],
      says: [
        `${workspace} workspace "ws-ada" takes pods that are not confined: label pod-security.kubernetes.io/enforce is missing. Write pod-security.kubernetes.io/enforce: restricted.`,
      ],
    },
    "an old version of the level": {
      change: [version, "v1.25"],
      says: [
        `${workspace} workspace "ws-ada" is held to an old version of the level: label pod-security.kubernetes.io/enforce-version is "v1.25". Write pod-security.kubernetes.io/enforce-version: latest.`,
      ],
    },
  },
  waitsFor: [enforce, version, ["metadata", "labels"]],
});

describeRule({ ...confineNamespace, name: "kubernetes-namespace-confine, of the platform" }, platformNamespace, {
  refuses: {
    "no level": {
      change: [enforce, undefined],
      says: [
        'berth-namespace (kubernetes:core/v1:Namespace): namespace "berth-system" does not say what its pods may do: label pod-security.kubernetes.io/enforce is missing. Write pod-security.kubernetes.io/enforce: restricted, or the lowest of restricted, baseline, privileged that its pods run with.',
      ],
    },
    "a level that there is none": {
      change: [enforce, "strict"],
      says: [
        'berth-namespace (kubernetes:core/v1:Namespace): namespace "berth-system" does not say what its pods may do: label pod-security.kubernetes.io/enforce is "strict". Write pod-security.kubernetes.io/enforce: restricted, or the lowest of restricted, baseline, privileged that its pods run with.',
      ],
    },
  },
  allows: { "what reads the nodes' own files, which says so": { change: [enforce, "privileged"] } },
  waitsFor: [enforce],
});

const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const fenced: Stack = {
  namespace: workspaceNamespace,
  denyAll: inWorkspace(policy, "default-deny", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }),
  fromRouter: inWorkspace(policy, "from-router", {
    spec: { podSelector: { matchLabels: { app: "desktop" } }, policyTypes: ["Ingress"], ingress: [{}] },
  }),
};
const fix =
  'Add a NetworkPolicy in it with podSelector: {} and policyTypes: ["Ingress", "Egress"], and others for what may pass.';
const open = (what: string) => [
  `${workspace} workspace "ws-ada" is open: no NetworkPolicy of it says what is ${what} for all of its pods. ${fix}`,
];
describeStackRule(fenceNamespace, fenced, {
  refuses: {
    "a workspace without a policy for all": {
      change: [["denyAll"], undefined],
      says: open("let in and what is let out"),
    },
    "a policy for what comes in alone": {
      change: [["denyAll", "spec", "policyTypes"], ["Ingress"]],
      says: open("let out"),
    },
    "a policy that says nothing of what goes out": {
      change: [["denyAll", "spec", "policyTypes"], undefined],
      says: open("let out"),
    },
    "a policy for some pods": {
      change: [["denyAll", "spec", "podSelector"], { matchLabels: { app: "desktop" } }],
      says: open("let in and what is let out"),
    },
    "a policy that lets everything out": {
      change: [["denyAll", "spec", "egress"], [{}]],
      says: open("let out"),
    },
    "a policy in another namespace": {
      change: [["denyAll", "metadata", "namespace"], "ws-bob"],
      says: open("let in and what is let out"),
    },
  },
  allows: {
    "a policy for all that names who may come in": {
      change: [["denyAll", "spec", "ingress"], [{ from: [{ podSelector: {} }] }]],
    },
    "one that names no pods, which is all": { change: [["denyAll", "spec", "podSelector"], undefined] },
    "one that knows its types by its rules": {
      change: [["denyAll", "spec"], { podSelector: {}, egress: [{ ports: [{ port: 443 }] }] }],
    },
  },
  waitsFor: [
    ["denyAll", "metadata", "namespace"],
    ["denyAll", "spec", "podSelector"],
    ["denyAll", "spec", "policyTypes"],
    ["denyAll", "spec"],
    ["namespace", "metadata", "name"],
  ],
});

describe("kubernetes-namespace-fence, of the platform", () => {
  test("holds its namespaces to the same", () => {
    expect(fenceNamespace.checkStack([platformNamespace])).toEqual([
      {
        message: `berth-namespace (kubernetes:core/v1:Namespace): namespace "berth-system" is open: no NetworkPolicy of it says what is let in and what is let out for all of its pods. ${fix}`,
        urn: platformNamespace.urn,
      },
    ]);
  });
});

const hard = { pods: "2", "requests.cpu": "4", "requests.memory": "8Gi", "limits.cpu": "8", "limits.memory": "16Gi" };
const quota =
  "Add a ResourceQuota in it whose spec.hard has pods, requests.cpu, requests.memory, limits.cpu, limits.memory.";
const all = "pods, requests.cpu, requests.memory, limits.cpu, limits.memory";
describeStackRule(
  limitWorkspaceNamespace,
  {
    namespace: workspaceNamespace,
    platform: platformNamespace,
    quota: inWorkspace("kubernetes:core/v1:ResourceQuota", "workspace", { spec: { hard } }),
    other: inPlatform("kubernetes:core/v1:ResourceQuota", "other", { spec: { hard: {} } }),
  },
  {
    refuses: {
      "a workspace without a quota": {
        change: [["quota"], undefined],
        says: [`${workspace} workspace "ws-ada" has no limit of ${all}. ${quota}`],
      },
      "a quota of another namespace": {
        change: [["quota", "metadata", "namespace"], "ws-bob"],
        says: [`${workspace} workspace "ws-ada" has no limit of ${all}. ${quota}`],
      },
      "a quota that leaves something out": {
        change: [["quota", "spec", "hard", "limits.memory"], undefined],
        says: [`${workspace} workspace "ws-ada" has no limit of limits.memory. ${quota}`],
      },
      "a quota of some pods only": {
        change: [["quota", "spec", "scopes"], ["BestEffort"]],
        says: [`${workspace} workspace "ws-ada" has no limit of ${all}. ${quota}`],
      },
    },
    waitsFor: [
      ["quota", "spec", "hard"],
      ["quota", "spec", "hard", "limits.memory"],
      ["quota", "metadata", "namespace"],
      ["namespace", "metadata", "name"],
    ],
  },
);

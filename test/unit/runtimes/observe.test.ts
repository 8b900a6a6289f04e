import { describe, expect, test } from "vitest";
import {
  claimObject,
  type DeploymentObject,
  deploymentObject,
  eventObject,
  namespaceObject,
  type PodObject,
  podObject,
} from "../../../provisioner/runtimes/kubernetes/objects.ts";
import {
  isAsleep,
  isReady,
  observedOf,
  type Seen,
  summarizeEvents,
  whyNotReady,
} from "../../../provisioner/runtimes/kubernetes/observe.ts";

const metadata = { name: "ws-a", uid: "uid-1", resourceVersion: "7" };
const namespace = namespaceObject.parse({ metadata });

function deployment(change: { spec?: object; status?: object; generation?: number } = {}): DeploymentObject {
  return deploymentObject.parse({
    metadata: { ...metadata, name: "workspace", generation: change.generation ?? 2 },
    spec: { replicas: 1, ...change.spec },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1, ...change.status },
  });
}

function pod(status: object, change: object = {}): PodObject {
  return podObject.parse({ metadata: { ...metadata, name: "workspace-1", ...change }, status });
}

function container(status: object): object {
  return { phase: "Running", containerStatuses: [{ name: "workspace", image: "berth/home:1", ...status }] };
}

const seen = (change: Partial<Seen>): Seen => ({
  namespace,
  deployment: deployment({ status: { availableReplicas: 0 } }),
  pods: [],
  claims: [],
  ...change,
});

describe("a Deployment is ready", () => {
  test.each<[string, Parameters<typeof deployment>[0], boolean]>([
    ["when its one pod of the present revision is available", {}, true],
    ["not while its controller has not seen the last change", { generation: 3 }, false],
    ["not while its pod is not available", { status: { availableReplicas: 0 } }, false],
    ["not while its pod is of an older revision", { status: { updatedReplicas: 0 } }, false],
    ["not while a pod of an older revision is left beside the new one", { status: { replicas: 2 } }, false],
    ["not while it sleeps", { spec: { replicas: 0 }, status: { replicas: 0 } }, false],
  ])("%s", (_, change, expected) => {
    expect(isReady(deployment(change))).toBe(expected);
  });
});

test("a Deployment sleeps only when its controller knows and no pod is counted", () => {
  const asleep = { spec: { replicas: 0 }, status: { replicas: 0, updatedReplicas: 0, availableReplicas: 0 } };
  expect(isAsleep(deployment(asleep))).toBe(true);
  expect(isAsleep(deployment({ ...asleep, generation: 3 }))).toBe(false);
  expect(isAsleep(deployment({ ...asleep, status: { ...asleep.status, replicas: 1 } }))).toBe(false);
  expect(isAsleep(deployment())).toBe(false);
});

describe("what is observed", () => {
  test("is nothing where there is no namespace", () => {
    expect(observedOf(seen({ namespace: undefined }))).toEqual({
      exists: false,
      terminating: false,
      replicas: 0,
      ready: false,
    });
  });

  test("is ready without a reason", () => {
    expect(observedOf(seen({ deployment: deployment() }))).toEqual({
      exists: true,
      uid: "uid-1",
      terminating: false,
      replicas: 1,
      ready: true,
    });
  });

  test("is never ready while it is taken away, and says what holds that up", () => {
    const message = "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances";
    const terminating = namespaceObject.parse({
      metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
      status: { conditions: [{ type: "NamespaceFinalizersRemaining", status: "True", message }] },
    });
    expect(observedOf(seen({ namespace: terminating, deployment: deployment() }))).toEqual({
      exists: true,
      uid: "uid-1",
      terminating: true,
      replicas: 1,
      ready: false,
      reason: message,
    });
  });
});

describe("why it is not ready", () => {
  const unscheduled = {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/5 nodes: too little" }],
  };
  const pending = claimObject.parse({
    metadata: { ...metadata, name: "home" },
    spec: {},
    status: { phase: "Pending" },
  });
  const lost = claimObject.parse({ metadata: { ...metadata, name: "home" }, spec: {}, status: { phase: "Lost" } });
  const refusal = (message: string): DeploymentObject =>
    deployment({
      status: {
        availableReplicas: 0,
        conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }],
      },
    });

  test.each<[string, Partial<Seen>, string]>([
    ["no Deployment", { deployment: undefined }, "its Deployment is not there yet"],
    ["asleep", { deployment: deployment({ spec: { replicas: 0 } }) }, "it is asleep"],
    ["no pod yet", {}, "its pod is not made yet"],
    [
      "the old pod still ends",
      { pods: [pod({ phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" })] },
      "its previous pod is still ending",
    ],
    ["no node", { pods: [pod(unscheduled)] }, "no node has room for it: 0/5 nodes: too little"],
    [
      "no volume",
      { pods: [pod(unscheduled)], claims: [pending] },
      "its volume is not bound yet (claim home): 0/5 nodes: too little",
    ],
    [
      "volume lost",
      { pods: [pod(unscheduled)], claims: [lost] },
      "its volume is lost: claim home names one that is gone",
    ],
    [
      "quota",
      { deployment: refusal('pods "w-1" is forbidden: exceeded quota: workspace') },
      'it exceeds its quota: pods "w-1" is forbidden: exceeded quota: workspace',
    ],
    [
      "pod security",
      { deployment: refusal('pods "w-1" is forbidden: violates PodSecurity "restricted:latest"') },
      `the cluster's pod security refuses its pod: pods "w-1" is forbidden: violates PodSecurity "restricted:latest"`,
    ],
    [
      "refused otherwise",
      { deployment: refusal("admission webhook said no") },
      "its pod is refused: admission webhook said no",
    ],
    [
      "image",
      { pods: [pod(container({ state: { waiting: { reason: "ImagePullBackOff", message: "not found" } } }))] },
      "its image cannot be pulled: berth/home:1: not found",
    ],
    [
      "crash loop",
      {
        pods: [
          pod(
            container({
              restartCount: 4,
              state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
              lastState: { terminated: { exitCode: 3, reason: "Error", message: "no such file\n" } },
            }),
          ),
        ],
      },
      "it ends again and again right after its start (exit code 3: no such file), restarted 4 times",
    ],
    [
      "out of memory",
      {
        pods: [
          pod(
            container({
              restartCount: 2,
              state: { waiting: { reason: "CrashLoopBackOff" } },
              lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
            }),
          ),
        ],
      },
      "it ran out of memory and was killed (restarted 2 times)",
    ],
    [
      "wrong configuration",
      {
        pods: [pod(container({ state: { waiting: { reason: "CreateContainerConfigError", message: "no secret" } } }))],
      },
      "its container cannot be started: no secret",
    ],
    ["ended", { pods: [pod(container({ state: { terminated: { exitCode: 1 } } }))] }, "it ended with exit code 1"],
    [
      "evicted",
      { pods: [pod({ phase: "Failed", reason: "Evicted", message: "node is full" })] },
      "its pod failed: node is full",
    ],
    [
      "probe",
      { pods: [pod({ phase: "Running", conditions: [{ type: "Ready", status: "False" }] })] },
      "it runs, but its readiness probe does not pass yet",
    ],
    ["starting", { pods: [pod({ phase: "Pending" })] }, "its pod is starting"],
  ])("%s", (_, change, expected) => {
    expect(whyNotReady(seen(change))).toBe(expected);
  });
});

test("events become the last three different warnings, oldest first", () => {
  const event = (reason: string, lastTimestamp: string, type = "Warning") =>
    eventObject.parse({ type, reason, message: `${reason} happened`, lastTimestamp });
  expect(
    summarizeEvents([
      event("D", "2026-01-01T00:00:04Z"),
      event("A", "2026-01-01T00:00:01Z"),
      event("B", "2026-01-01T00:00:02Z"),
      event("Fine", "2026-01-01T00:00:05Z", "Normal"),
      event("B", "2026-01-01T00:00:02Z"),
      event("C", "2026-01-01T00:00:03Z"),
    ]),
  ).toBe("B: B happened; C: C happened; D: D happened");
  expect(summarizeEvents([])).toBeUndefined();
});

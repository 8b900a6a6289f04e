import type { Observed } from "../runtime.ts";
import type {
  ClaimObject,
  ContainerStatus,
  DeploymentObject,
  EventObject,
  NamespaceObject,
  PodObject,
} from "./objects.ts";

/** What is known of one workspace in the cluster. */
export interface Seen {
  readonly namespace: NamespaceObject | undefined;
  readonly deployment: DeploymentObject | undefined;
  readonly pods: readonly PodObject[];
  readonly claims: readonly ClaimObject[];
}

/** What Kubernetes shows of a workspace, in the words that all runtimes share. */
export function observedOf(seen: Seen): Observed {
  const { namespace, deployment } = seen;
  if (!namespace) return { exists: false, terminating: false, replicas: 0, ready: false };
  const terminating = namespace.metadata.deletionTimestamp !== undefined;
  const ready = !terminating && deployment !== undefined && isReady(deployment);
  const reason = ready ? undefined : terminating ? whyNotGone(namespace) : whyNotReady(seen);
  return {
    exists: true,
    uid: namespace.metadata.uid,
    terminating,
    replicas: deployment?.spec.replicas ?? 0,
    ready,
    ...(reason ? { reason } : {}),
  };
}

/** The Deployment's pod answers at the revision asked for, and none of an older revision is left. */
export function isReady({ metadata, spec, status }: DeploymentObject): boolean {
  return (
    spec.replicas > 0 &&
    metadata.deletionTimestamp === undefined &&
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas >= spec.replicas &&
    status.replicas === status.updatedReplicas &&
    status.availableReplicas >= spec.replicas
  );
}

/** The Deployment's controller has taken note that it sleeps. Its pods may still be ending. */
export function isAsleep({ metadata, spec, status }: DeploymentObject): boolean {
  return spec.replicas === 0 && status.observedGeneration >= metadata.generation && status.replicas === 0;
}

/** Why a workspace does not answer yet, in words for its owner; undefined when nothing is known. */
export function whyNotReady({ deployment, pods, claims }: Seen): string | undefined {
  if (!deployment) return "its Deployment is not there yet";
  if (deployment.spec.replicas === 0) return "it is asleep";
  const refused = deployment.status.conditions.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (refused) return whyRefused(refused.message);
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const pod of living) {
    const why = whyPodNotReady(pod, claims);
    if (why) return why;
  }
  if (living.length === 0 && pods.length > 0) return "its previous pod is still ending";
  return living.length === 0 ? "its pod is not made yet" : undefined;
}

function whyRefused(message: string): string {
  if (/exceeded quota/i.test(message)) return `it exceeds its quota: ${message}`;
  if (/violates PodSecurity/i.test(message)) return `the cluster's pod security refuses its pod: ${message}`;
  return `its pod is refused: ${message}`;
}

function whyPodNotReady(pod: PodObject, claims: readonly ClaimObject[]): string | undefined {
  const { status } = pod;
  const waiting = claims.find((claim) => claim.status.phase !== "Bound");
  const lost = claims.find((claim) => claim.status.phase === "Lost");
  if (lost) return `its volume is lost: claim ${lost.metadata.name} names one that is gone`;
  const scheduled = status.conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") {
    if (waiting) return `its volume is not bound yet (claim ${waiting.metadata.name}): ${scheduled.message}`;
    return `no node has room for it: ${scheduled.message || scheduled.reason}`;
  }
  for (const container of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const why = whyContainerNotReady(container);
    if (why) return why;
  }
  if (status.phase === "Failed") return `its pod failed: ${status.message || status.reason || "no reason given"}`;
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (status.phase === "Running" && ready?.status !== "True")
    return "it runs, but its readiness probe does not pass yet";
  if (waiting) return `its volume is not bound yet (claim ${waiting.metadata.name})`;
  return status.phase === "Pending" ? "its pod is starting" : undefined;
}

function whyContainerNotReady({ image, state, lastState, restartCount }: ContainerStatus): string | undefined {
  const before = lastState.terminated ?? state.terminated;
  if (before?.reason === "OOMKilled") return `it ran out of memory and was killed (restarted ${restartCount} times)`;
  const { waiting, terminated } = state;
  switch (waiting?.reason) {
    case undefined:
      break;
    case "ImagePullBackOff":
    case "ErrImagePull":
    case "InvalidImageName":
    case "ErrImageNeverPull":
      return `its image cannot be pulled: ${image}${waiting?.message ? `: ${waiting.message}` : ""}`;
    case "CrashLoopBackOff": {
      const how = before ? ` (exit code ${before.exitCode}${before.message ? `: ${before.message.trim()}` : ""})` : "";
      return `it ends again and again right after its start${how}, restarted ${restartCount} times`;
    }
    case "CreateContainerConfigError":
    case "CreateContainerError":
    case "RunContainerError":
      return `its container cannot be started: ${waiting?.message ?? waiting?.reason}`;
  }
  if (terminated && terminated.exitCode !== 0) {
    return `it ended with exit code ${terminated.exitCode}${terminated.message ? `: ${terminated.message.trim()}` : ""}`;
  }
  return undefined;
}

/** What keeps a namespace from going, as its controller says. */
export function whyNotGone({ status }: NamespaceObject): string | undefined {
  const remaining = status.conditions
    .filter((condition) => condition.status === "True" && condition.message)
    .map(({ message }) => message);
  return remaining.length > 0 ? remaining.join("; ") : undefined;
}

/** The last warnings about a workspace, as one line. */
export function summarizeEvents(events: readonly EventObject[]): string | undefined {
  const when = (event: EventObject): string => event.lastTimestamp ?? event.eventTime ?? "";
  const warnings = events
    .filter(({ type }) => type === "Warning")
    .toSorted((one, other) => when(one).localeCompare(when(other)))
    .map(({ reason, message }) => `${reason}: ${message}`);
  const last = [...new Set(warnings)].slice(-3);
  return last.length > 0 ? last.join("; ") : undefined;
}

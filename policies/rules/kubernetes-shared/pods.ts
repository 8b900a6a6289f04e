import { isUnknown, type ResourceSubject, read, readList, type Violation, violation } from "../../rule.ts";
import { kindOf } from "./objects.ts";

/** Every kind that makes pods. */
export const podTypes = [
  "kubernetes:core/v1:Pod",
  "kubernetes:core/v1:PodTemplate",
  "kubernetes:core/v1:ReplicationController",
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:apps/v1:ReplicaSet",
  "kubernetes:batch/v1:Job",
  "kubernetes:batch/v1:CronJob",
] as const;

/** Where the pod is within an object of its kind. */
function podPath(subject: ResourceSubject): readonly string[] {
  switch (kindOf(subject)) {
    case "Pod":
      return [];
    case "PodTemplate":
      return ["template"];
    case "CronJob":
      return ["spec", "jobTemplate", "spec", "template"];
    default:
      return ["spec", "template"];
  }
}

/** What the pods of an object are: their `spec`, known or not. */
export function podSpecOf(subject: ResourceSubject): unknown {
  return read(subject.props, ...podPath(subject), "spec");
}

/** Labels of an object's pods. */
export function podLabelsOf(subject: ResourceSubject): unknown {
  return read(subject.props, ...podPath(subject), "metadata", "labels") ?? {};
}

/** One container of an object's pods. */
export interface ContainerView {
  /** Its fields. */
  readonly fields: unknown;
  /** For people: `container "api"`, `init container "tools"`. */
  readonly title: string;
}

const lists = { containers: "container", initContainers: "init container", ephemeralContainers: "ephemeral container" };

/** All containers of an object's pods that are known: the init ones and the ephemeral ones too. */
export function containersOf(subject: ResourceSubject): readonly ContainerView[] {
  const pod = podSpecOf(subject);
  return Object.entries(lists).flatMap(([list, word]) =>
    readList(pod, list).flatMap((fields, index) => {
      if (isUnknown(fields)) return [];
      const name = read(fields, "name");
      return [{ fields, title: `${word} ${typeof name === "string" ? `"${name}"` : index}` }];
    }),
  );
}

/** What holds for a container: what it says itself, or else what its pod says for all. */
export function securityOf(subject: ResourceSubject, container: ContainerView, ...path: readonly string[]): unknown {
  return read(container.fields, "securityContext", ...path) ?? read(podSpecOf(subject), "securityContext", ...path);
}

/** The violations of each container in turn: `found` gives what is wrong with one, or nothing. */
export function eachContainer(
  subject: ResourceSubject,
  fix: string,
  found: (container: ContainerView) => readonly string[],
): readonly Violation[] {
  return containersOf(subject).flatMap((container) =>
    found(container).map((wrong) => violation(subject, `${container.title} ${wrong}.`, fix)),
  );
}

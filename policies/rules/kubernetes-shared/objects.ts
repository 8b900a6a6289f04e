import { labelKeys } from "../../../components/core/labels.ts";
import { isUnknown, type ResourceSubject, read, type UnknownValue, unknownValue } from "../../rule.ts";

/** What a namespace's name begins with that holds one workspace. */
export const workspacePrefix = "ws-";

/** The kind at the end of a type: `Deployment` of `kubernetes:apps/v1:Deployment`. */
export function kindOf({ type }: ResourceSubject): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

/** Whether a resource is an object of Kubernetes' own or of a definition: no release, no file of manifests, no patch. */
export function isObject({ type }: ResourceSubject): boolean {
  return /^kubernetes:(?!helm\.sh\/|yaml[:/]|kustomize[:/]|index:)[^:]+:\w+(?<!Patch|List)$/.test(type);
}

/** An object's name in the cluster; unknown also where Pulumi makes one up. */
export function objectName({ props }: ResourceSubject): string | UnknownValue {
  const name = read(props, "metadata", "name");
  return typeof name === "string" ? name : unknownValue;
}

/** An object's namespace: `default` where it says none. Of an object that has none this tells nothing. */
export function namespaceOf({ props }: ResourceSubject): string | UnknownValue {
  const namespace = read(props, "metadata", "namespace");
  if (isUnknown(namespace)) return namespace;
  return typeof namespace === "string" ? namespace : "default";
}

/** A label's value; `undefined` where there is none. */
export function labelOf({ props }: ResourceSubject, key: string): unknown {
  return read(props, "metadata", "labels", key);
}

/** Whether an object belongs to a workspace: by its label, or by where it is. What is not known yet does not count. */
export function isOfWorkspace(subject: ResourceSubject): boolean {
  const name = kindOf(subject) === "Namespace" ? objectName(subject) : namespaceOf(subject);
  return (
    typeof labelOf(subject, labelKeys.workspace) === "string" ||
    (typeof name === "string" && name.startsWith(workspacePrefix))
  );
}

/** A found value for people: as JSON, shortened, or "missing". */
export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

import { UserError } from "../core/errors.ts";
import { compareCpu, compareMemory } from "../core/quantities.ts";
import { deploymentManifest } from "./manifests/deployment.ts";
import { identityManifest, settingsManifest } from "./manifests/identity.ts";
import { limitRangeManifest, resourceQuotaManifest } from "./manifests/limits.ts";
import { namespaceManifest, serviceAccountManifest } from "./manifests/namespace.ts";
import { denyAllManifest, fromRouterManifest, toInternetManifest } from "./manifests/network.ts";
import { ingressManifest, serviceManifest } from "./manifests/service.ts";
import { homeManifest } from "./manifests/storage.ts";
import type { WorkspaceSpec } from "./spec.ts";

/**
 * What a workspace is on Kubernetes: its objects by role. This is the only place that says so; the component, the
 * benchmark and whoever applies a workspace without Pulumi all take it from here.
 */
export function planWorkspace(spec: WorkspaceSpec) {
  assertSound(spec);
  return {
    namespace: namespaceManifest(spec),
    serviceAccount: serviceAccountManifest(spec),
    resourceQuota: resourceQuotaManifest(spec),
    limitRange: limitRangeManifest(spec),
    denyAll: denyAllManifest(spec),
    /** `null` when nobody is let in (`expose: "none"`). */
    fromRouter: spec.expose === "none" ? null : fromRouterManifest(spec),
    toInternet: toInternetManifest(spec),
    home: homeManifest(spec),
    identity: identityManifest(spec),
    settings: settingsManifest(spec),
    deployment: deploymentManifest(spec),
    service: serviceManifest(spec),
    /** `null` unless `expose: "ingress"`. */
    ingress: spec.expose === "ingress" ? ingressManifest(spec) : null,
  };
}
/** The objects of one workspace, by role. */
export type WorkspacePlan = ReturnType<typeof planWorkspace>;

/** One object of a plan, whichever it is. */
export type WorkspaceManifest = NonNullable<WorkspacePlan[keyof WorkspacePlan]>;

/** A plan's objects in an order in which they can be applied: the namespace first, the pod's template after all it uses. */
export function flattenPlan(plan: WorkspacePlan): readonly WorkspaceManifest[] {
  const { namespace, deployment, ...others } = plan;
  return [namespace, ...Object.values(others).filter((manifest) => manifest !== null), deployment];
}

/** What the schema of a spec cannot say: what must agree with what. */
function assertSound({ shape }: WorkspaceSpec): void {
  const { requests, limits } = shape.resources;
  if (compareCpu(requests.cpu, limits.cpu) > 0) {
    throw new UserError({
      option: "resources.requests.cpu",
      value: requests.cpu,
      fix: `Ask for at most the limit: ${limits.cpu}.`,
    });
  }
  if (compareMemory(requests.memory, limits.memory) > 0) {
    const fix = `Ask for at most the limit: ${limits.memory}.`;
    throw new UserError({ option: "resources.requests.memory", value: requests.memory, fix });
  }
  const ports = shape.ports.map(({ name }) => name);
  if (!ports.includes(shape.probe.port)) {
    throw new UserError({
      option: "probe.port",
      value: shape.probe.port,
      fix: `Name one of the ports: ${ports.join(", ")}.`,
    });
  }
  const paths = [shape.home.mountPath, ...shape.scratch.map(({ path }) => path)];
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    throw new UserError({ option: "scratch.path", value: twice, fix: "Mount one thing at each path." });
  }
}

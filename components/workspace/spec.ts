import { z } from "zod";
import { cidrBlock } from "../core/cidr.ts";
import { parseOrExplain } from "../core/parse.ts";
import { cpuQuantity, memoryQuantity } from "../core/quantities.ts";

/** A Kubernetes name of one DNS label. */
const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be one DNS label: a-z, 0-9 and '-', at most 63 characters");

/** A port that a workspace serves. The first one of a shape is where its bare host leads. */
export const portSpec = z.strictObject({
  /** Name of the port, unique in the workspace, at most 15 characters (Kubernetes' limit). */
  name: z.string().regex(/^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/),
  port: z.int().min(1024).max(65535),
});

/** How a container is asked whether it is ready. */
export const probeSpec = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("http"), path: z.string().startsWith("/"), port: z.string() }),
  z.strictObject({ type: z.literal("tcp"), port: z.string() }),
]);

/**
 * What a blueprint makes of its parameters: the computer itself, without owner, place or name.
 * Quantities are Kubernetes quantities ("2", "500m", "4Gi").
 */
export const workspaceShape = z.strictObject({
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).default({}),
  ports: z.array(portSpec).min(1),
  probe: probeSpec,
  resources: z.strictObject({
    requests: z.strictObject({ cpu: cpuQuantity, memory: memoryQuantity }),
    limits: z.strictObject({ cpu: cpuQuantity, memory: memoryQuantity }),
  }),
  /** Numeric user and group that the container runs as; never 0. */
  user: z.strictObject({ uid: z.int().min(1), gid: z.int().min(1) }),
  readOnlyRootFilesystem: z.boolean(),
  /** Folders that stay writable, in memory-backed or node-local scratch space, beside the home volume. */
  scratch: z.array(z.strictObject({ path: z.string().startsWith("/"), size: memoryQuantity })).default([]),
  /** The user's own volume. */
  home: z.strictObject({ mountPath: z.string().startsWith("/"), size: memoryQuantity }),
  egress: z.strictObject({
    /** Whether the public internet may be reached; private ranges never are. */
    internet: z.boolean(),
    /** Further destinations that the blueprint needs, as CIDR blocks with ports. */
    allow: z
      .array(z.strictObject({ cidr: cidrBlock, ports: z.array(z.int().min(1).max(65535)).default([]) }))
      .default([]),
  }),
});
export type WorkspaceShape = z.infer<typeof workspaceShape>;

/** Where and how a platform runs its workspaces: the same for all of them. */
export const workspacePlacement = z.strictObject({
  storageClassName: dnsLabel.default("berth-workspace"),
  priorityClassName: dnsLabel.optional(),
  runtimeClassName: dnsLabel.optional(),
  /** `false` gives every pod a user namespace of its own (Kubernetes ≥ 1.33 with a runtime that can). */
  hostUsers: z.boolean().optional(),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(["Exists", "Equal"]),
        value: z.string().optional(),
        effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
      }),
    )
    .default([]),
  /** Whose pods may open connections to a workspace's ports. */
  router: z
    .strictObject({ namespace: dnsLabel, podLabels: z.record(z.string(), z.string()) })
    .default({ namespace: "berth-system", podLabels: { "berth.dev/component": "router" } }),
  /** Public addresses that no workspace may reach either, such as those of the cluster's own API server. */
  denyEgress: z.array(cidrBlock).default([]),
  /** For `expose: "ingress"`: which controller serves it and with which certificate. */
  ingress: z
    .strictObject({
      className: z.string().min(1).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
      /** Name of a TLS Secret in the workspace's namespace; without one the controller's default certificate is used. */
      tlsSecretName: dnsLabel.optional(),
    })
    .optional(),
});
export type WorkspacePlacement = z.infer<typeof workspacePlacement>;

/**
 * All that one workspace is: the input of the pure plan, of the `Workspace` component and, as JSON, of an engine
 * operation.
 */
export const workspaceSpec = z.strictObject({
  /** Id of the workspace: the name of its namespace and of its stack. */
  id: z.string().regex(/^ws-[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?$/, "must start with 'ws-' and be a DNS label"),
  owner: z.string().min(1).max(128),
  name: dnsLabel,
  /** Which Berth this is, so that two on one cluster never touch each other's objects. */
  installation: dnsLabel,
  /** Full host name under which the browser finds it. */
  host: z.string().min(1).max(253),
  blueprint: z.strictObject({ name: dnsLabel, version: z.int().min(1) }),
  shape: workspaceShape,
  placement: workspacePlacement,
  expose: z.enum(["router", "ingress", "none"]),
  /**
   * What only this workspace may know, as files in `/run/berth/identity` beside `workspace`, `owner`, `name` and `host`.
   * Secret: encrypted in the stack's state, never logged.
   */
  identity: z.record(z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/), z.string()).optional(),
  /** Name of a kept PersistentVolume that becomes this workspace's home again. */
  existingVolume: z.string().optional(),
});
export type WorkspaceSpec = z.infer<typeof workspaceSpec>;
/** The same as one writes it: what has a default may be left out. */
export type WorkspaceSpecInput = z.input<typeof workspaceSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseWorkspaceSpec(spec: unknown): WorkspaceSpec {
  return parseOrExplain(workspaceSpec, spec, "spec");
}

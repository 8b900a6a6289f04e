import { z } from "zod";
import { cidrBlock } from "../core/cidr.ts";
import { dnsLabel } from "../core/dns-names.ts";
import { parseOrExplain } from "../core/parse.ts";
import { cpuQuantity, memoryQuantity } from "../core/quantities.ts";

/** A port that a workspace serves. The first one of a shape that is not internal is where its bare host leads. */
export const portSpec = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/)
    .describe("Name of the port, unique in the workspace, at most 15 characters (Kubernetes' limit)"),
  port: z.int().min(1024).max(65535).describe("Its number"),
  internal: z
    .boolean()
    .optional()
    .describe("Whether it is for the platform alone: the router reaches it, and leads no browser to it"),
});

/** Ports that programs of the user may serve. */
const previewRange = z
  .strictObject({
    from: z.int().min(1024).max(65535).describe("The first"),
    to: z.int().min(1024).max(65535).describe("The last"),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "must not be below from" });

/** How a container is asked whether it is ready. */
export const probeSpec = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("http").describe("an answer below 400"),
    path: z.string().startsWith("/").describe("What is asked for"),
    startPath: z
      .string()
      .startsWith("/")
      .optional()
      .describe(
        "Asked for instead by images that hold the answer until they are ready first, ten seconds at most, and that end " +
          "when they never are: they are ready at once then, not at the next question",
      ),
    port: z.string().describe("Name of the port that is asked"),
  }),
  z.strictObject({
    type: z.literal("tcp").describe("a connection"),
    port: z.string().describe("Name of the port that is asked"),
  }),
]);

/** CPU and memory, as Kubernetes quantities. */
const resources = z.strictObject({
  cpu: cpuQuantity.describe("CPU, as a Kubernetes quantity").meta({ examples: ["500m"] }),
  memory: memoryQuantity.describe("Memory, as a Kubernetes quantity").meta({ examples: ["4Gi"] }),
});

/**
 * What a blueprint makes of its parameters: the computer itself, without owner, place or name.
 * Quantities are Kubernetes quantities ("2", "500m", "4Gi").
 */
export const workspaceShape = z.strictObject({
  image: z.string().min(1).describe("Image of its container"),
  command: z.array(z.string()).optional().describe("What the container runs; without it what its image says"),
  env: z.record(z.string(), z.string()).default({}).describe("Environment variables. Nothing secret: use `identity`"),
  ports: z
    .array(portSpec)
    .min(1)
    .refine((ports) => ports.some(({ internal }) => internal !== true), "must have one that is not internal")
    .describe("Ports that it serves; its bare host leads to the first that is not internal"),
  previews: previewRange
    .optional()
    .describe("Ports that programs of the user may serve, each at a host of its own: `<port>--<host>`")
    .meta({ examples: [{ from: 3000, to: 9999 }] }),
  probe: probeSpec.describe("How the container is asked whether it is ready"),
  resources: z
    .strictObject({
      requests: resources.describe("What it always gets: a node has room for it, or it waits"),
      limits: resources.describe("The most that it gets"),
    })
    .describe("CPU and memory"),
  user: z
    .strictObject({ uid: z.int().min(1).describe("User"), gid: z.int().min(1).describe("Group, also of the home") })
    .describe("Numeric user and group that the container runs as; never 0"),
  readOnlyRootFilesystem: z.boolean().describe("Whether only the home and the scratch folders can be written"),
  scratch: z
    .array(
      z.strictObject({
        path: z.string().startsWith("/").describe("Where it is"),
        size: memoryQuantity.describe("The most that it holds"),
      }),
    )
    .default([])
    .describe("Folders that stay writable, in memory-backed or node-local scratch space, beside the home volume"),
  home: z
    .strictObject({
      mountPath: z.string().startsWith("/").describe("Where it is"),
      size: memoryQuantity.describe("Its size, which only grows").meta({ examples: ["20Gi"] }),
    })
    .describe("The user's own volume"),
  egress: z
    .strictObject({
      internet: z.boolean().describe("Whether the public internet may be reached; private ranges never are"),
      allow: z
        .array(
          z.strictObject({
            cidr: cidrBlock.describe("Where"),
            ports: z.array(z.int().min(1).max(65535)).default([]).describe("Its ports; without any all of them"),
          }),
        )
        .default([])
        .describe("Further destinations that the blueprint needs"),
    })
    .describe("What it may reach"),
});
/** A shape with every default filled in. */
export type WorkspaceShape = z.infer<typeof workspaceShape>;

/** Where and how a platform runs its workspaces: the same for all of them. */
export const workspacePlacement = z.strictObject({
  storageClassName: dnsLabel.default("berth-workspace").describe("Storage class of the home; it must retain"),
  priorityClassName: dnsLabel.optional().describe("Priority class of the pod; without it the cluster's default"),
  runtimeClassName: dnsLabel.optional().describe("Runtime class of the pod, for a sandbox such as gVisor"),
  hostUsers: z
    .boolean()
    .optional()
    .describe("`false` gives every pod a user namespace of its own (Kubernetes ≥ 1.33 with a runtime that can)"),
  nodeSelector: z.record(z.string(), z.string()).default({}).describe("Labels of the nodes that it runs on"),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().describe("Key of the taint"),
        operator: z.enum(["Exists", "Equal"]).describe("Whether its value counts"),
        value: z.string().optional().describe("Its value"),
        effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional().describe("Its effect; else any"),
      }),
    )
    .default([])
    .describe("Taints of nodes that it bears"),
  router: z
    .strictObject({
      namespace: dnsLabel.describe("Their namespace"),
      podLabels: z.record(z.string(), z.string()).describe("Their labels"),
    })
    .default({ namespace: "berth-system", podLabels: { "berth.dev/component": "router" } })
    .describe("Whose pods may open connections to a workspace's ports"),
  routerAddresses: z
    .array(cidrBlock)
    .optional()
    .describe("Addresses of routers outside of the cluster, which may open connections as those pods may"),
  origin: z
    .strictObject({
      scheme: z.enum(["https", "http"]).default("https").describe("Scheme of its URL"),
      port: z.int().min(1).max(65535).optional().describe("Port of its URL; without one the scheme's own"),
    })
    .prefault({})
    .describe("How browsers reach it, beside its host: what programs inside are told as their URL"),
  denyEgress: z
    .array(cidrBlock)
    .default([])
    .describe("Public addresses that no workspace may reach either, such as those of the cluster's own API server"),
  ingress: z
    .strictObject({
      className: z.string().min(1).optional().describe("Ingress class; without it the cluster's default"),
      annotations: z.record(z.string(), z.string()).optional().describe("What the controller wants to know"),
      tlsSecretName: dnsLabel
        .optional()
        .describe(
          "A TLS Secret in the workspace's namespace; without one the controller's default certificate is used",
        ),
    })
    .optional()
    .describe('For `expose: "ingress"`: which controller serves it and with which certificate'),
});
/** A placement with every default filled in. */
export type WorkspacePlacement = z.infer<typeof workspacePlacement>;

/**
 * All that one workspace is: the input of the pure plan, of the `Workspace` component and, as JSON, of an engine
 * operation.
 */
export const workspaceSpec = z.strictObject({
  id: z
    .string()
    .regex(/^ws-[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?$/, "must start with 'ws-' and be a DNS label")
    .describe("Id of the workspace: the name of its namespace and of its stack")
    .meta({ examples: ["ws-alice"] }),
  owner: z.string().min(1).max(128).describe("Whose it is, as the product calls its users"),
  name: dnsLabel.describe("Name of the workspace, among its owner's"),
  installation: dnsLabel.describe("Which Berth this is, so that two on one cluster never touch each other's objects"),
  host: z
    .string()
    .min(1)
    .max(253)
    .describe("Full host name under which the browser finds it")
    .meta({ examples: ["alice.workspace.example.com"] }),
  blueprint: z
    .strictObject({ name: dnsLabel.describe("Its name"), version: z.int().min(1).describe("Its version") })
    .describe("The blueprint that the shape is of"),
  shape: workspaceShape.describe("The computer itself: what the blueprint makes of its parameters"),
  placement: workspacePlacement.describe("Where and how it runs"),
  expose: z
    .enum(["router", "ingress", "none"])
    .describe("Who leads browsers to it: the platform's router, an Ingress of its own, or nobody"),
  identity: z
    .record(z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/), z.string())
    .optional()
    .describe(
      "What only this workspace may know, as files in `/run/berth/identity` beside `workspace`, `owner`, `name`, " +
        "`host` and `url`. Secret: encrypted in the stack's state, never logged",
    ),
  existingVolume: z
    .string()
    .optional()
    .describe("Name of a kept PersistentVolume that becomes this workspace's home again"),
});
/** What it is once read: every default filled in. */
export type WorkspaceSpec = z.infer<typeof workspaceSpec>;
/** The same as one writes it: what has a default may be left out. */
export type WorkspaceSpecInput = z.input<typeof workspaceSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseWorkspaceSpec(spec: unknown): WorkspaceSpec {
  return parseOrExplain(workspaceSpec, spec, "spec");
}

/** Where browsers find a workspace. */
export function workspaceUrl({ host, placement }: Pick<WorkspaceSpec, "host" | "placement">): string {
  const { scheme, port } = placement.origin;
  const usual = port === undefined || port === (scheme === "https" ? 443 : 80);
  return `${scheme}://${host}${usual ? "" : `:${port}`}`;
}

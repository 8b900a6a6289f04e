import { z } from "zod";

/**
 * The parts of Kubernetes' objects that decide anything here. Parsing by these keeps thousands of cached objects small
 * (everything else is dropped) and makes types of what came over the wire.
 */
const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().default(0),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).optional(),
  deletionTimestamp: z.string().optional(),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const conditions = z.array(condition).default([]);

/** The many annotations of watched objects are not kept. */
const slimMetadata = metadata.omit({ annotations: true });

export const namespaceObject = z.object({
  metadata,
  status: z.object({ conditions }).default({ conditions: [] }),
});
export type NamespaceObject = z.infer<typeof namespaceObject>;

export const deploymentObject = z.object({
  metadata: slimMetadata,
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions,
    })
    .prefault({}),
});
export type DeploymentObject = z.infer<typeof deploymentObject>;

const terminated = z.object({
  reason: z.string().default(""),
  message: z.string().default(""),
  exitCode: z.number().default(0),
});

const containerStatus = z.object({
  name: z.string(),
  image: z.string().default(""),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
      terminated: terminated.optional(),
    })
    .default({}),
  lastState: z.object({ terminated: terminated.optional() }).default({}),
});
export type ContainerStatus = z.infer<typeof containerStatus>;

export const podObject = z.object({
  metadata: slimMetadata,
  status: z
    .object({
      phase: z.string().default(""),
      reason: z.string().default(""),
      message: z.string().default(""),
      conditions,
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});
export type PodObject = z.infer<typeof podObject>;

export const claimObject = z.object({
  metadata: slimMetadata,
  spec: z.object({ volumeName: z.string().optional(), storageClassName: z.string().optional() }),
  status: z.object({ phase: z.string().default("") }).prefault({}),
});
export type ClaimObject = z.infer<typeof claimObject>;

export const volumeObject = z.object({
  metadata: slimMetadata,
  spec: z.object({
    capacity: z.object({ storage: z.string() }),
    persistentVolumeReclaimPolicy: z.string().default("Retain"),
    claimRef: z
      .object({ namespace: z.string().default(""), name: z.string().default(""), uid: z.string().default("") })
      .optional(),
  }),
  status: z.object({ phase: z.string().default(""), message: z.string().default("") }).prefault({}),
});
export type VolumeObject = z.infer<typeof volumeObject>;

export const eventObject = z.object({
  type: z.string().default(""),
  reason: z.string().default(""),
  message: z.string().default(""),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});
export type EventObject = z.infer<typeof eventObject>;

/** A page of a list. Items are parsed one by one, so that a single odd one does not spoil the rest. */
export const objectList = z.object({
  metadata: z.object({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
});

/** One line of a watch. */
export const watchEvent = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.unknown(),
});

/** What a BOOKMARK carries. */
export const bookmarkObject = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** What the API server says when it says no. */
export const statusObject = z.object({
  kind: z.literal("Status"),
  message: z.string().default(""),
  reason: z.string().default(""),
  code: z.number().default(0),
});

/** An object of any kind, as much as a cache must know of it. */
export interface AnyObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

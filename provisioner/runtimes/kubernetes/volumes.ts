import { labelKeys } from "../../../components/core/labels.ts";
import { type KeptVolume, RuntimeError } from "../runtime.ts";
import { assertOwnNamespace, type ClusterApi, isOurs, type VolumePatch } from "./api.ts";
import type { ObjectCache } from "./cache.ts";
import { isStatus } from "./client.ts";
import { claimName, keptLabel } from "./names.ts";
import type { NamespaceObject, VolumeObject } from "./objects.ts";
import { remaining, type Waiting, type Waits } from "./waits.ts";

/** Another writer (the volume controller) may come in between reading and writing this often. */
const patchTries = 8;

/**
 * UID that no claim has. A volume whose claim is gone is "Released", and only such a one is disposed of by its reclaim
 * policy; one that was made free for a claim that never came must be given one that is gone.
 */
const goneClaimUid = "00000000-0000-0000-0000-000000000000";

export interface Volumes {
  dispose(workspace: string, disposal: "keep" | "delete"): Promise<KeptVolume | null>;
  reclaim(volume: string, workspace: string): Promise<void>;
  delete(volume: string, waiting: Waiting): Promise<void>;
  /** Throws `refused` when a volume of the workspace would be lost or left because nothing was said about it. */
  assertDisposed(workspace: string): Promise<void>;
  /** Resolves when every volume of the workspace is either kept or gone. Its namespace must be gone. */
  settled(workspace: string, waiting: Waiting): Promise<void>;
}

/** Volumes of a workspace: what it claims, and what is labelled as its. */
export function workspaceOfVolume({ metadata, spec }: VolumeObject): string | undefined {
  return spec.claimRef?.namespace || metadata.labels[labelKeys.workspace];
}

export function isKept({ metadata: { labels } }: VolumeObject): boolean {
  return labels[keptLabel.key] === keptLabel.value;
}

export function createVolumes(api: ClusterApi, cache: ObjectCache<VolumeObject>, waits: Waits): Volumes {
  /** Workspaces whose volume shall go: one that is provisioned only after that was said goes too. */
  const doomed = new Set<string>();

  /** Reads, decides, writes; again when another writer came in between. Undefined when it is gone. */
  const change = async (
    name: string,
    decide: (volume: VolumeObject) => VolumePatch | undefined,
  ): Promise<VolumeObject | undefined> => {
    for (let attempt = 1; ; attempt += 1) {
      const volume = await api.volume(name);
      if (!volume) return undefined;
      const patch = decide(volume);
      if (!patch) return volume;
      try {
        return await api.patchVolume(volume, patch);
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        if (!isStatus(error, 409) || attempt === patchTries) throw error;
      }
    }
  };

  /** Names of the volumes that the workspace has, by its claims while it has some and by the volumes' own claimRef. */
  const namesOf = async (workspace: string, namespace: NamespaceObject | undefined): Promise<string[]> => {
    const names = new Set(cache.of(workspace).map(({ metadata }) => metadata.name));
    const claims = namespace ? await api.claims(workspace) : [];
    for (const { spec } of claims) if (spec.volumeName) names.add(spec.volumeName);
    if (claims.length === 0) for (const volume of await ofWorkspace(workspace)) names.add(volume.metadata.name);
    return [...names];
  };

  const ofWorkspace = async (workspace: string): Promise<readonly VolumeObject[]> =>
    (await api.volumes()).filter((volume) => workspaceOfVolume(volume) === workspace);

  const disposeOne = (workspace: string, name: string, disposal: "keep" | "delete", labels: Labels) =>
    change(name, (volume) => {
      if (workspaceOfVolume(volume) !== workspace) return undefined;
      assertNotForeign(volume, api.installation);
      return disposal === "keep"
        ? {
            labels: { ...labels, [keptLabel.key]: keptLabel.value },
            spec: { persistentVolumeReclaimPolicy: "Retain" },
          }
        : {
            labels: { ...labels, [keptLabel.key]: null },
            spec: { persistentVolumeReclaimPolicy: "Delete", ...claimGone(volume) },
          };
    });

  /** The volume, once it is said what becomes of it; one that came late is disposed of like its workspace. */
  const disposed = async (workspace: string, volume: VolumeObject): Promise<VolumeObject | undefined> => {
    if (isKept(volume) || volume.spec.persistentVolumeReclaimPolicy === "Delete") return volume;
    if (!doomed.has(workspace)) throw undisposed(volume);
    return disposeOne(workspace, volume.metadata.name, "delete", labelsFor(workspace, undefined, api.installation));
  };

  const awaitGone = async (volume: VolumeObject, waiting: Waiting): Promise<void> => {
    const workspace = workspaceOfVolume(volume) ?? volume.metadata.name;
    const { name, uid, resourceVersion } = volume.metadata;
    let last: VolumeObject | undefined = volume;
    await waits.until(
      workspace,
      waiting,
      () => {
        const now = cache.get(workspace, uid);
        last = now ?? last;
        return cache.hasSeen(resourceVersion) && !now ? true : undefined;
      },
      () => `its volume ${name} is not gone: ${describeVolume(last)}`,
    );
  };

  return {
    async dispose(workspace, disposal) {
      const namespace = await api.namespace(workspace);
      if (namespace) assertOwnNamespace(namespace, api.installation);
      const labels = labelsFor(workspace, namespace, api.installation);
      if (disposal === "delete") doomed.add(workspace);
      else doomed.delete(workspace);
      const done: VolumeObject[] = [];
      for (const name of await namesOf(workspace, namespace)) {
        const volume = await disposeOne(workspace, name, disposal, labels);
        if (volume && isKept(volume) && workspaceOfVolume(volume) === workspace) done.push(volume);
      }
      const home = done.find(({ spec }) => spec.claimRef?.name === claimName) ?? done[0];
      return disposal === "keep" && home ? { volume: home.metadata.name, size: home.spec.capacity.storage } : null;
    },

    async reclaim(name, workspace) {
      const living = new Set((await api.claims(workspace)).map(({ metadata }) => metadata.uid));
      const volume = await change(name, (found) => {
        assertOurVolume(found, api.installation);
        const { claimRef } = found.spec;
        const own = claimRef?.namespace === workspace && claimRef.name === claimName;
        // A claim that went with its namespace left its UID: no later one of that name could bind the volume.
        const already = own && (claimRef.uid === "" || living.has(claimRef.uid));
        if (already && !isKept(found)) return undefined;
        if (found.status.phase === "Bound" && !own) {
          throw new RuntimeError("refused", `The volume ${name} is in use by ${claimRef?.namespace}.`);
        }
        return {
          labels: { [labelKeys.workspace]: workspace, [keptLabel.key]: null },
          annotations: { "pv.kubernetes.io/bound-by-controller": null },
          spec: {
            persistentVolumeReclaimPolicy: "Retain",
            // Without the UID it is free, and for this claim only.
            claimRef: {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              namespace: workspace,
              name: claimName,
              uid: already ? undefined : null,
              resourceVersion: already ? undefined : null,
            },
          },
        };
      });
      if (!volume) throw new RuntimeError("refused", `The volume ${name} is gone.`);
    },

    async delete(name, waiting) {
      const since = Date.now();
      const volume = await change(name, (found) => {
        assertOurVolume(found, api.installation);
        if (found.status.phase === "Bound" && !isKept(found)) {
          throw new RuntimeError("refused", `The volume ${name} is in use by ${found.spec.claimRef?.namespace}.`);
        }
        return {
          labels: { [keptLabel.key]: null },
          spec: { persistentVolumeReclaimPolicy: "Delete", ...claimGone(found) },
        };
      });
      if (volume) await awaitGone(volume, remaining(waiting, since));
    },

    async assertDisposed(workspace) {
      for (const { spec } of await api.claims(workspace)) {
        const volume = spec.volumeName ? await api.volume(spec.volumeName) : undefined;
        if (volume && workspaceOfVolume(volume) === workspace) await disposed(workspace, volume);
      }
    },

    async settled(workspace, waiting) {
      const since = Date.now();
      for (const volume of await ofWorkspace(workspace)) {
        const now = await disposed(workspace, volume);
        if (now && !isKept(now)) await awaitGone(now, remaining(waiting, since));
      }
      doomed.delete(workspace);
    },
  };
}

type Labels = Readonly<Record<string, string>>;

/** Labels that a volume gets from the namespace of its workspace. */
function labelsFor(workspace: string, namespace: NamespaceObject | undefined, installation: string): Labels {
  const own = Object.entries(namespace?.metadata.labels ?? {}).filter(
    ([key]) => key === labelKeys.managedBy || key.startsWith("berth.dev/"),
  );
  return {
    ...Object.fromEntries(own),
    [labelKeys.managedBy]: "berth",
    [labelKeys.installation]: installation,
    [labelKeys.workspace]: workspace,
  };
}

/** A claimRef that makes an unbound volume one that was let go. */
function claimGone({ spec: { claimRef } }: VolumeObject): Readonly<Record<string, unknown>> {
  if (!claimRef || claimRef.uid) return {};
  return { claimRef: { uid: goneClaimUid } };
}

function undisposed({ metadata: { name } }: VolumeObject): RuntimeError {
  return new RuntimeError("refused", `Nothing was said about the volume ${name}: it is neither kept nor deleted.`);
}

function assertOurVolume({ metadata: { name, labels } }: VolumeObject, installation: string): void {
  if (isOurs(labels, installation)) return;
  throw new RuntimeError("foreign", `The volume ${name} does not carry this installation's labels: it is left alone.`);
}

/** A volume that was provisioned carries no label yet; one of another installation carries theirs. */
function assertNotForeign({ metadata: { name, labels } }: VolumeObject, installation: string): void {
  const other = labels[labelKeys.installation];
  if (other === undefined || other === installation) return;
  throw new RuntimeError("foreign", `The volume ${name} is the installation ${other}'s: it is left alone.`);
}

function describeVolume(volume: VolumeObject | undefined): string {
  if (!volume) return "it was not seen";
  return [volume.status.phase || "without a phase", volume.status.message].filter(Boolean).join(", ");
}

import { accessSync, constants, rmSync } from "node:fs";
import { z } from "zod";
import { ask } from "./api.ts";
import type { Access } from "./credentials.ts";

/** Kubernetes' host-path provisioner makes its folders there, whatever one configures. */
const parent = "/tmp/hostpath_pv";
const ownFolder = /^\/tmp\/hostpath_pv\/[0-9a-f-]{36}$/;

/** Why volumes could not be made there, if so. */
export function hostFolderProblem(): string | undefined {
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    return `${parent} belongs to somebody else: no volume can be made. Remove it, or run as its owner.`;
  }
}

const volumeList = z.object({
  items: z.array(z.object({ spec: z.object({ hostPath: z.object({ path: z.string() }).optional() }) })),
});

/** Removes the folders of the volumes that a platform still has; does nothing when it does not answer any more. */
export async function removeHostFolders(access: () => Access): Promise<void> {
  let paths: (string | undefined)[] = [];
  try {
    const { status, text } = await ask(access(), "GET", "/api/v1/persistentvolumes");
    if (status !== 200) return;
    paths = volumeList.parse(JSON.parse(text)).items.map((volume) => volume.spec.hostPath?.path);
  } catch {
    return;
  }
  for (const path of paths) if (path && ownFolder.test(path)) rmSync(path, { recursive: true, force: true });
}

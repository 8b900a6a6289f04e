import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { applyObject, pathOf } from "../../../provisioner/runtimes/kubernetes/apply.ts";
import type { KubernetesClient } from "../../../provisioner/runtimes/kubernetes/client.ts";
import { ensureTools } from "../../tools.ts";
import type { Hook } from "../hooks.ts";
import { inCluster } from "./client.ts";

/** How long the API server may take until it serves a kind, in milliseconds. */
const servedWithinMs = 30_000;

/** An add-on brings its custom kinds with it. They stay when it goes: so would everything of those kinds. */
export const addonHook: Hook = {
  async created({ inputs }) {
    if (inputs.addonName !== "snapshot-controller") return;
    await inCluster(async (client) => {
      const [tool] = await ensureTools(["snapshot-crds"]);
      if (!tool) throw new Error("ensureTools gives a tool for each name.");
      const definitions: Parameters<typeof applyObject>[1][] = JSON.parse(readFileSync(tool.path, "utf8"));
      for (const definition of definitions) await applyObject(client, definition, "berth-stand-in");
      for (const definition of definitions) await untilServed(client, pathOf(definition));
    });
  },
};

async function untilServed(client: KubernetesClient, path: string): Promise<void> {
  const deadline = Date.now() + servedWithinMs;
  while (
    !/"type":"Established","status":"True"|"status":"True",[^}]*"type":"Established"/.test(await text(client, path))
  ) {
    if (Date.now() > deadline) throw new Error(`${path} is not served after ${servedWithinMs / 1000} s.`);
    await delay(50);
  }
}

async function text(client: KubernetesClient, path: string): Promise<string> {
  return JSON.stringify(await client.request({ path }));
}

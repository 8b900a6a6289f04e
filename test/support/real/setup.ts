import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startBerth } from "../../../toolchain/berth.ts";
import { freePort } from "../../../toolchain/free-port.ts";
import { createTerminal } from "../../../toolchain/terminal.ts";

/** Starts a Berth whose workspaces really run, once for all files: images are built, and one machine has one real node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const state = await mkdtemp(join(tmpdir(), "berth-test-real-"));
  const alsoImages = [...["desktop", "home", "ide", "sandbox"].map((name) => `${name}/test`), "provisioner"];
  const productPort = await freePort();
  const environment = { BERTH_PRODUCT_ORIGINS: `http://app.product.localhost:${productPort}` };
  const options = { state, node: "real", throwaway: true, port: 0, routerPort: 0, alsoImages, environment } as const;
  const berth = await startBerth(options, createTerminal());
  const { url, token, kubeconfig, cluster } = berth;
  project.provide("realBerth", { url, token, kubeconfig, images: cluster.images, productPort });
  return async () => {
    await berth.stop();
    await rm(state, { recursive: true, force: true });
  };
}

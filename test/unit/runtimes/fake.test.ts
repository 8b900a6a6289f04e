import { createFakeCluster } from "../../support/fakes/cluster.ts";
import { createFakeRuntime } from "../../support/fakes/runtime.ts";
import { newWorkspaceId, testWorkspace } from "../../support/kubernetes.ts";
import { describeRuntimeContract } from "../../support/runtime-contract.ts";

// Tests that stand on the fake are worth as much as the fake is like the real one.
describeRuntimeContract("The fake", async () => {
  const cluster = createFakeCluster();
  return {
    runtime: createFakeRuntime(cluster),
    newId: newWorkspaceId,
    async provision(id, { stuck, existingVolume } = {}) {
      if (stuck) cluster.addStuck(id);
      cluster.apply(testWorkspace({ id, installation: "test", ...(existingVolume ? { existingVolume } : {}) }));
    },
    provisionForeign: async (id) => cluster.addForeign(id),
    beginDeletion: async (id) => cluster.beginRemoval(id),
    volumeExists: async (volume) => cluster.volumes.has(volume),
    close: async () => {},
  };
});

import type { DeployRequest, Engine } from "../../provisioner/engine/engine.ts";
import { EngineError } from "../../provisioner/engine/engine.ts";
import { behaviourVariable } from "../support/engine-program.ts";
import { createFakeCluster } from "../support/fakes/cluster.ts";
import { createFakeEngine } from "../support/fakes/engine.ts";
import { createLatch } from "../support/fakes/latch.ts";
import { engineContract } from "./contract.ts";

/** The fake, told by its own means to behave as a spec asks. */
function obedientFake(): Engine {
  const fake = createFakeEngine(createFakeCluster());
  return {
    ...fake,
    deploy(request: DeployRequest) {
      const behaviour = request.spec.shape.env[behaviourVariable];
      if (behaviour === "stuck") fake.holdNext("deploy", createLatch());
      if (behaviour === "throws") fake.failNext("deploy", new EngineError("failed", "the program says no"));
      return fake.deploy(request);
    },
  };
}

engineContract("The fake engine", async () => {
  const engine = obedientFake();
  return { engine, dispose: () => engine.close() };
});

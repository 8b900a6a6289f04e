import type { WorkspaceSpec } from "../../../components/workspace/spec.ts";
import type { DeployRequest, DestroyRequest, Engine } from "../../../provisioner/engine/engine.ts";
import { EngineError } from "../../../provisioner/engine/engine.ts";
import type { FakeCluster } from "./cluster.ts";
import { type Latch, untilAborted } from "./latch.ts";

/** One call of the engine. */
export interface EngineCall {
  readonly type: "deploy" | "destroy";
  readonly stack: string;
  readonly lease: string;
  readonly repair: boolean;
  readonly spec?: WorkspaceSpec;
}

/** An engine in memory, as strict as the real one: two runs on one stack at once, or a run after a dead one without `repair`, are errors. */
export interface FakeEngine extends Engine {
  readonly calls: readonly EngineCall[];
  /** Leases that were killed, in order. */
  readonly killed: readonly string[];
  /** Stacks that are there. */
  stacks(): readonly string[];
  /** The next call of that type waits at the latch before it does anything. */
  holdNext(type: EngineCall["type"], latch: Latch): void;
  /** The next call of that type fails so, before or after its work. */
  failNext(type: EngineCall["type"], error: EngineError, when?: "before" | "after"): void;
  /** What `stack` was found to be written by two at once, ever. */
  readonly violations: readonly string[];
}

interface Plan {
  readonly type: EngineCall["type"];
  readonly latch?: Latch;
  readonly error?: EngineError;
  readonly when?: "before" | "after";
}

export function createFakeEngine(cluster: FakeCluster): FakeEngine {
  const calls: EngineCall[] = [];
  const killed: string[] = [];
  const violations: string[] = [];
  const stacks = new Map<string, WorkspaceSpec>();
  /** Stacks locked by a lease: still there after the run died. */
  const locks = new Map<string, string>();
  const running = new Map<string, AbortController>();
  const plans: Plan[] = [];
  let closed = false;

  const take = (type: EngineCall["type"]): Plan | undefined => {
    const index = plans.findIndex((plan) => plan.type === type);
    return index < 0 ? undefined : plans.splice(index, 1)[0];
  };

  const run = async (type: EngineCall["type"], request: DeployRequest | DestroyRequest, work: () => void) => {
    const { stack, lease, repair = false, signal, deadline } = request;
    if (closed || signal?.aborted) throw new EngineError("cancelled", "the operation was cancelled");
    calls.push({ type, stack, lease, repair, ...("spec" in request ? { spec: request.spec } : {}) });
    const holder = locks.get(stack);
    if (holder !== undefined && running.has(holder)) {
      violations.push(stack);
      throw new EngineError("locked", `the stack is locked by ${holder}`);
    }
    if (holder !== undefined && !repair) throw new EngineError("locked", `the stack is locked by ${holder}`);
    locks.set(stack, lease);
    const kill = new AbortController();
    running.set(lease, kill);
    const timeout = AbortSignal.timeout(deadline);
    const stopped = AbortSignal.any([kill.signal, timeout, ...(signal === undefined ? [] : [signal])]);
    try {
      request.onEvent?.({ level: "info", message: `${type} begins` });
      const plan = take(type);
      if (plan?.latch !== undefined) await plan.latch.pass(stopped);
      // A real one takes a moment too: others get their turn.
      await untilAborted(new Promise((resolve) => setImmediate(resolve)), stopped);
      if (plan?.error !== undefined && plan.when !== "after") throw plan.error;
      work();
      if (plan?.error !== undefined) throw plan.error;
      locks.delete(stack);
      return { timings: { [type]: 1, total: 1 } };
    } catch (error) {
      if (error instanceof EngineError && error.kind === "failed") locks.delete(stack);
      if (error instanceof EngineError) throw error;
      const kind = timeout.aborted ? "timeout" : kill.signal.aborted && !closed ? "crashed" : "cancelled";
      throw new EngineError(kind, "the run was ended");
    } finally {
      running.delete(lease);
    }
  };

  return {
    calls,
    killed,
    violations,
    stacks: () => [...stacks.keys()],
    holdNext: (type, latch) => plans.push({ type, latch }),
    failNext: (type, error, when = "before") => plans.push({ type, error, when }),
    deploy: (request) =>
      run("deploy", request, () => {
        stacks.set(request.stack, request.spec);
        cluster.apply(request.spec);
      }),
    destroy: (request) =>
      run("destroy", request, () => {
        if (stacks.delete(request.stack)) cluster.beginRemoval(request.stack);
      }),
    reserve: () => undefined,
    leaseFor: () => undefined,
    async killLease(lease) {
      killed.push(lease);
      running.get(lease)?.abort();
      while (running.has(lease)) await new Promise((resolve) => setImmediate(resolve));
    },
    usage: () => ({ running: running.size, idle: 0 }),
    async close() {
      closed = true;
      for (const controller of running.values()) controller.abort();
      while (running.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/**
 * A provisioner in small, for tests to kill: makes an engine with the options that it is given as JSON. With a stack, it
 * begins a deploy that never ends, and says `running` when it has got somewhere; without, it says `waiting`, with its
 * lease, when the deploy of a workspace that nobody has yet is begun.
 */
import { createEngine, type EngineOptions } from "../../provisioner/engine/create-engine.ts";
import { specFor } from "./engine.ts";
import { until } from "./engine-processes.ts";

interface Order {
  readonly options: Omit<EngineOptions, "program"> & { readonly program: string };
  readonly stack?: string;
  readonly lease?: string;
}

const { options, stack, lease = "none" }: Order = JSON.parse(process.argv[2] ?? "{}");
const engine = createEngine({ ...options, program: new URL(options.program) });
if (stack === undefined) {
  await until("a deploy is begun", () => {
    const reserved = engine.reserve();
    if (reserved !== undefined) process.stdout.write(`waiting ${engine.leaseFor(reserved.stack)}\n`);
    return reserved !== undefined;
  });
} else {
  await engine.deploy({
    stack,
    lease,
    spec: specFor(stack, "stuck"),
    deadline: 600_000,
    onEvent: (event) => process.stdout.write(`running ${event.message}\n`),
  });
}

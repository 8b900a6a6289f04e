/**
 * A provisioner in small, for tests to kill: makes an engine with the options that it is given as JSON, begins a deploy
 * that never ends, and says `running` when it has got somewhere.
 */
import { createEngine, type EngineOptions } from "../../provisioner/engine/create-engine.ts";
import { specFor } from "./engine.ts";

interface Order {
  readonly options: Omit<EngineOptions, "program"> & { readonly program: string };
  readonly stack: string;
  readonly lease: string;
}

const { options, stack, lease }: Order = JSON.parse(process.argv[2] ?? "{}");
const engine = createEngine({ ...options, program: new URL(options.program) });
await engine.deploy({
  stack,
  lease,
  spec: specFor(stack, "stuck"),
  deadline: 600_000,
  onEvent: (event) => process.stdout.write(`running ${event.message}\n`),
});

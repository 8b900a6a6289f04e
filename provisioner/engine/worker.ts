/**
 * A worker process: runs one operation and ends. It is started ahead of time, imports the program, and waits.
 * When the provisioner goes away, so do the worker and all that it started.
 */
import { EngineError, type EngineEvent } from "./engine.ts";
import { type FromWorker, isToWorker, type ToWorker } from "./messages.ts";
import { killLeaseNow, workerTitle } from "./processes.ts";
import { createRedactor } from "./redact.ts";
import { loadProgram, prepare, rehearse, runJob, type Waiting } from "./worker-job.ts";
import { loadPolicies } from "./worker-policies.ts";

let lease: string | undefined;
/** Until this worker is warm. */
let warming: Promise<unknown> = Promise.resolve();
/** The deploy that was begun ahead, if one was. */
let waiting: Waiting | undefined;

function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function sendFailure(error: unknown, redact: (text: string) => string): Promise<void> {
  const kind = error instanceof EngineError ? error.kind : "failed";
  return send({ type: "failed", kind, message: redact(error instanceof Error ? error.message : String(error)) });
}

/** Ends this process with everything that it started, at once. */
function endWithTree(): never {
  // Bounded: there is nobody left to notice if one of them cannot die.
  for (let round = 0; round < 1000 && lease !== undefined && killLeaseNow(lease) > 0; round += 1);
  process.exit(1);
}

process.on("disconnect", endWithTree);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, endWithTree);

/** From here on this process, and what it starts, belongs to the lease. */
function carry(leased: string): void {
  lease = leased;
  process.title = workerTitle(leased);
}

async function run(message: ToWorker & { type: "run" }): Promise<void> {
  const { job } = message;
  carry(job.lease);
  const redact = createRedactor(job.secrets);
  try {
    await warming;
    const onEvent = (event: EngineEvent) => {
      void send({ type: "event", event: { ...event, message: redact(event.message) } });
    };
    const timings = await runJob(job, message.program, onEvent, waiting);
    await send({ type: "done", timings });
  } catch (error) {
    await sendFailure(error, redact);
  }
  // Whatever a program may have left running ends with it.
  process.exit(0);
}

function warm({ program, policies, leisure }: ToWorker & { type: "warm" }): void {
  const loaded = Promise.all([loadProgram(program), policies ? loadPolicies() : undefined]);
  // What cannot be loaded fails again in an operation, which says so.
  warming = loaded.then(() => (policies && leisure ? rehearse(program) : undefined)).catch(() => undefined);
  void warming.then(() => send({ type: "warmed" }));
}

async function begin({ program, job }: ToWorker & { type: "prepare" }): Promise<void> {
  carry(job.lease);
  const fail = (error: unknown) => void sendFailure(error, createRedactor(job.secrets)).then(endWithTree);
  try {
    await warming;
    waiting = await prepare(job, program, fail);
    await send({ type: "prepared" });
  } catch (error) {
    fail(error);
  }
}

process.on("message", (message: unknown) => {
  if (!isToWorker(message)) return;
  if (message.type === "run") void run(message);
  else if (message.type === "prepare") void begin(message);
  else warm(message);
});

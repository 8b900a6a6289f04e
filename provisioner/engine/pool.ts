import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type FromWorker, isFromWorker, type ToWorker } from "./messages.ts";

/** A worker process, to be used for one operation. */
export interface Worker {
  readonly process: ChildProcess;
  send(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Resolves when the process has ended, with why. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface Pool {
  /** A worker that has imported the program, when one is idle; else a new one. */
  take(kind: "program" | "bare"): Worker;
  /**
   * Makes up for taken workers, one after the other: for the last one at once. For others when nothing has run for a while, or
   * the last one is taken: what was just deployed is starting, and needs the processors more.
   */
  refill(): void;
  idle(): number;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Workers that wait ready for a deploy. */
  readonly size: number;
  readonly program: string;
  /** Milliseconds that what was deployed is given to start in, before more than the next worker is made ready. */
  readonly settle: number;
  /** Whether they judge the program by policies. */
  readonly policies: boolean;
  /** Whether nothing runs now that would have to share the processors with a worker's rehearsal. */
  readonly leisure: () => boolean;
  /** Called at leisure when no worker is missing. */
  readonly atRest?: () => void;
  readonly environment: Readonly<Record<string, string>>;
}

const workerFile = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Room in the process's title for the operation's lease; a title cannot grow beyond what the process began with. */
const titleRoom = "-".repeat(64);

function startWorker(environment: Readonly<Record<string, string>>): Worker {
  const child = fork(workerFile, [titleRoom], {
    env: { ...environment },
    execArgv: [],
    // A group of its own: Ctrl-C at the terminal is the provisioner's to handle.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", () => resolve({ code: null, signal: null }));
  });
  return {
    process: child,
    ended,
    send: (message) => {
      // A failure shows as the worker's end.
      child.send(message, () => {});
    },
    onMessage: (listener) => {
      child.on("message", (message: unknown) => {
        if (isFromWorker(message)) listener(message);
      });
    },
  };
}

export function createPool(options: PoolOptions): Pool {
  const { size, program, settle, policies, leisure, atRest, environment } = options;
  const idle: Worker[] = [];
  let warming = false;
  let closed = false;
  let later: NodeJS.Timeout | undefined;

  const refill = () => {
    if (idle.length === 0) return add();
    clearTimeout(later);
    later = setTimeout(() => {
      later = undefined;
      if (!leisure()) return;
      if (idle.length < size) add();
      else atRest?.();
    }, settle);
  };
  const add = () => {
    clearTimeout(later);
    later = undefined;
    if (closed || warming || idle.length >= size) return;
    warming = true;
    const worker = startWorker(environment);
    idle.push(worker);
    const next = () => {
      if (!warming) return;
      warming = false;
      refill();
    };
    worker.onMessage((message) => {
      if (message.type === "warmed") next();
    });
    void worker.ended.then(() => {
      const index = idle.indexOf(worker);
      if (index >= 0) idle.splice(index, 1);
      warming = false;
    });
    worker.send({ type: "warm", program, policies, leisure: leisure() });
  };

  return {
    take(kind) {
      const worker = kind === "program" ? idle.shift() : undefined;
      // Whoever comes next is not to wait for what was put off.
      if (idle.length === 0 && later !== undefined) add();
      return worker ?? startWorker(environment);
    },
    refill,
    idle: () => idle.length,
    async close() {
      closed = true;
      clearTimeout(later);
      const ending = idle.splice(0);
      for (const worker of ending) worker.process.kill("SIGKILL");
      await Promise.all(ending.map((worker) => worker.ended));
    },
  };
}

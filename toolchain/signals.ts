const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What is to be ended before this process is, the latest first. */
const ends = new Set<() => Promise<void>>();
let ending = false;

/**
 * Runs `end` before a signal ends this process: for what would outlive it otherwise. Where somebody else listens to the
 * signal, it is theirs to end things, and nothing happens here.
 *
 * @returns what takes `end` off again.
 */
export function beforeFatalSignals(end: () => Promise<void>): () => void {
  if (ends.size === 0) for (const signal of signals) process.on(signal, onSignal);
  ends.add(end);
  return () => {
    ends.delete(end);
    if (ends.size === 0) for (const signal of signals) process.off(signal, onSignal);
  };
}

function onSignal(signal: NodeJS.Signals): void {
  if (ending || process.listenerCount(signal) > 1) return;
  ending = true;
  const all = [...ends].reverse();
  void all
    .reduce((before, end) => before.then(end).catch(() => {}), Promise.resolve())
    .then(() => {
      for (const name of signals) process.off(name, onSignal);
      process.kill(process.pid, signal);
    });
}

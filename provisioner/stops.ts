/** What was started, to be stopped in the reverse order. */
export interface Stops {
  add(name: string, stop: () => unknown): void;
  /** Stops all, also after one that failed; each once. */
  run(onError: (name: string, error: unknown) => void): Promise<void>;
}

export function createStops(): Stops {
  const stops: { readonly name: string; readonly stop: () => unknown }[] = [];
  return {
    add: (name, stop) => stops.push({ name, stop }),
    async run(onError) {
      for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
        try {
          await next.stop();
        } catch (error) {
          onError(next.name, error);
        }
      }
    },
  };
}

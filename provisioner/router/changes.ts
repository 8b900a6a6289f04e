/** Lets somebody wait until something is told of a workspace. */
export class Changes {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves when something is told of it, at the latest after so many milliseconds. */
  next(workspace: string, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(workspace) ?? new Set();
      this.#waiting.set(workspace, waiting);
      const end = () => {
        clearTimeout(timer);
        waiting.delete(end);
        if (waiting.size === 0) this.#waiting.delete(workspace);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      waiting.add(end);
    });
  }

  /** Something has changed; null: anything may have. */
  tell(workspace: string | null): void {
    const told = workspace === null ? [...this.#waiting.values()] : [this.#waiting.get(workspace) ?? []];
    for (const waiting of told) for (const end of [...waiting]) end();
  }
}

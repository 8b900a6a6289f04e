/** Something that may take until a certain time. */
export interface Expiring {
  /** By the clock of `performance.now()`; infinite where there is none. It may be moved at any time. */
  readonly deadline: number;
  /** Called once it has passed, and again until it is moved or the thing is removed. */
  expire(): void;
}

/** Looks after deadlines: one look a second costs less than a timer for each byte that moves one. */
export class Sweeper {
  /** The time of the last look, by the clock of `performance.now()`: near enough for deadlines, and free. */
  now = performance.now();
  readonly #things = new Set<Expiring>();
  readonly #timer: NodeJS.Timeout;

  /** @param interval milliseconds between two looks */
  constructor(interval = 1000) {
    this.#timer = setInterval(() => this.#sweep(), interval);
    this.#timer.unref();
  }

  get size(): number {
    return this.#things.size;
  }

  add(thing: Expiring): void {
    this.#things.add(thing);
  }

  remove(thing: Expiring): void {
    this.#things.delete(thing);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    this.now = performance.now();
    for (const thing of this.#things) if (thing.deadline <= this.now) thing.expire();
  }
}

import type { Sink } from "./body.ts";

/** How long a browser may take for what, in milliseconds. */
export interface Patience {
  /** From the first byte of a head to its last. */
  readonly head: number;
  /** Between two requests. */
  readonly idle: number;
  /** For the next bytes of a body, or to take those of an answer. */
  readonly stall: number;
  /** For the first bytes of an answer from the workspace. */
  readonly answer: number;
}

/** Longer than the edge keeps idle connections (60 s), so that it ends them, not we. */
export const usualPatience: Patience = { head: 15_000, idle: 65_000, stall: 60_000, answer: 900_000 };

/** What is going on with a request, as far as its connection matters to it. */
export interface Party {
  /** The browser takes bytes again. */
  onDrain(): void;
  /** The browser is gone. */
  onGone(): void;
  /** It takes too long: the workspace to answer, or the browser to send or take. To be ended in some way. */
  onLate(): void;
}

/** Who takes a request's body. */
export interface BodyTaker {
  readonly onBytes: Sink;
  readonly onEnd: () => void;
  /** It is no body as the head said, or too large. */
  readonly onRefused: (why: "malformed" | "too-large") => void;
  /** Most bytes of content. */
  readonly most: number;
}

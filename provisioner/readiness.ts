import type { ReadinessCheck } from "./contract/answers.ts";

/** One thing that must answer, and what is said when it does not: words of ours, never the error's. */
export interface Check {
  readonly name: string;
  readonly reason: string;
  readonly look: () => Promise<unknown>;
}

export interface CheckOptions {
  /** Told what was wrong; for the log. */
  readonly onUnready?: (name: string, error: unknown) => void;
  /** Milliseconds that each may take. @default 2000 */
  readonly patience?: number;
}

/** Looks at all of them at once; what does not answer in time is not ready. */
export async function checkReadiness(
  checks: readonly Check[],
  options: CheckOptions = {},
): Promise<Readonly<Record<string, ReadinessCheck>>> {
  const results = await Promise.all(
    checks.map(async ({ name, reason, look }): Promise<[string, ReadinessCheck]> => {
      try {
        await inTime(look, options.patience ?? 2000);
        return [name, { ok: true }];
      } catch (error) {
        options.onUnready?.(name, error);
        return [name, { ok: false, reason }];
      }
    }),
  );
  return Object.fromEntries(results);
}

function inTime(look: () => Promise<unknown>, milliseconds: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer in ${milliseconds} ms`)), milliseconds);
    const done = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    // Asked inside a promise, so that what throws at once is caught like what rejects.
    Promise.resolve()
      .then(look)
      .then(
        (answer) => done(() => resolve(answer)),
        (error: unknown) => done(() => reject(error)),
      );
  });
}

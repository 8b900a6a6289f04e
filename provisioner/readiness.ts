import type { ReadinessCheck } from "./contract/answers.ts";

/** One thing that must answer, and what is said when it does not: words of ours, never the error's. */
export interface Check {
  readonly name: string;
  readonly reason: string;
  readonly look: () => Promise<unknown>;
}

/** Looks at all of them at once; what does not answer in time is not ready. */
export async function checkReadiness(
  checks: readonly Check[],
  milliseconds = 2000,
): Promise<Readonly<Record<string, ReadinessCheck>>> {
  const results = await Promise.all(
    checks.map(async ({ name, reason, look }): Promise<[string, ReadinessCheck]> => {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error("late")), milliseconds);
      try {
        await Promise.race([look(), late.promise]);
        return [name, { ok: true }];
      } catch {
        return [name, { ok: false, reason }];
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return Object.fromEntries(results);
}

import { z } from "zod";
import { type SuiteName, suites } from "./suites.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The suites that were asked for, in the order in which they run; all when none was named. */
export function selectSuites(
  wanted: readonly string[],
): { readonly lint: boolean; readonly names: readonly SuiteName[] } | { readonly unknown: string } {
  const all = Object.keys(suites).filter((name): name is SuiteName => name in suites);
  const names = new Set(wanted.flatMap((list) => list.split(",")).map((name) => name.trim()));
  names.delete("");
  if (names.size === 0) return { lint: true, names: all };
  for (const name of names) if (name !== "lint" && !all.some((known) => known === name)) return { unknown: name };
  return { lint: names.has("lint"), names: all.filter((name) => names.has(name)) };
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts the report of Vitest's JSON reporter. A file that could not be loaded, an error outside of all tests and a
 * missing report count as one failure each: a run that went wrong must never look like one that passed.
 */
export function countReport(text: string, exitCode: number): Counts {
  let passed = 0;
  let failed = 0;
  try {
    const report = reportSchema.parse(JSON.parse(text));
    passed = report.numPassedTests;
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
    );
    failed = report.numFailedTests + broken.length;
  } catch {
    failed = 1;
  }
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

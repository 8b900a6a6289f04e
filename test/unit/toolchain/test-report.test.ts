import { expect, test } from "vitest";
import { suites } from "../../../toolchain/suites.ts";
import { countReport, selectSuites } from "../../../toolchain/test-report.ts";

const report = (passed: number, failed: number, ...files: [string, string[]][]): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: files.map(([status, assertions]) => ({
      status,
      assertionResults: assertions.map((assertion) => ({ status: assertion })),
    })),
  });

test.each([
  ["all passed", report(2, 0, ["passed", ["passed", "passed"]]), 0, { passed: 2, failed: 0 }],
  ["one failed", report(1, 1, ["failed", ["passed", "failed"]]), 1, { passed: 1, failed: 1 }],
  ["a file that cannot be loaded", report(1, 0, ["passed", ["passed"]], ["failed", []]), 1, { passed: 1, failed: 1 }],
  ["an error outside of the tests", report(3, 0, ["passed", ["passed"]]), 1, { passed: 3, failed: 1 }],
  ["no report, as of a killed run", "", 137, { passed: 0, failed: 1 }],
  ["half a report", '{"numPassedTests": 3', 0, { passed: 0, failed: 1 }],
])("%s is counted as it is", (_name, text, exitCode, expected) => {
  expect(countReport(text, exitCode)).toEqual(expected);
});

test("without a choice all suites run, and the checks of the code", () => {
  expect(selectSuites([])).toEqual({ lint: true, names: Object.keys(suites) });
});

test("suites can be chosen in any order and run in theirs", () => {
  expect(selectSuites(["engine, unit", "lint"])).toEqual({ lint: true, names: ["unit", "engine"] });
  expect(selectSuites(["engine"])).toEqual({ lint: false, names: ["engine"] });
});

test("an unknown suite is named", () => {
  expect(selectSuites(["unit,nonsense"])).toEqual({ unknown: "nonsense" });
});

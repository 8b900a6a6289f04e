import { defineConfig } from "vitest/config";
import { type Suite, suites } from "./toolchain/suites.ts";

const projects: readonly (readonly [string, Suite])[] = Object.entries(suites);

export default defineConfig({
  test: {
    projects: projects.map(([name, suite]) => ({
      test: {
        name,
        include: [...suite.include],
        environment: "node",
        pool: "forks",
        globalSetup: [
          ...(suite.platform ? ["test/support/platform-setup.ts"] : []),
          ...(suite.setup === undefined ? [] : [suite.setup]),
        ],
        testTimeout: suite.timeout,
        hookTimeout: suite.timeout,
        fileParallelism: suite.parallel,
      },
    })),
  },
});

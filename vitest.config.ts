import { defineConfig } from "vitest/config";

/** Starts the run's Kubernetes for the suites that stand on one. */
const platform = ["test/support/platform-setup.ts"];

/** The suites that can be selected: `npm test -- --suite unit,engine`. */
const suites = {
  unit: { include: ["test/unit/**/*.test.ts"], timeout: 20_000, setup: [] },
  components: { include: ["test/components/**/*.test.ts"], timeout: 60_000, setup: [] },
  provider: { include: ["test/provider/**/*.test.ts"], timeout: 120_000, setup: platform },
  engine: { include: ["test/engine/**/*.test.ts"], timeout: 180_000, setup: platform },
  provisioner: { include: ["test/provisioner/**/*.test.ts"], timeout: 120_000, setup: platform },
  e2e: { include: ["test/e2e/**/*.test.ts"], timeout: 600_000, setup: platform },
};

export default defineConfig({
  test: {
    projects: Object.entries(suites).map(([name, { include, timeout, setup }]) => ({
      test: {
        name,
        include,
        environment: "node",
        globalSetup: setup,
        pool: "forks",
        testTimeout: timeout,
        hookTimeout: timeout,
        // Suites on real parts share two cores: one file at a time keeps their deadlines honest.
        fileParallelism: name === "unit" || name === "components",
      },
    })),
  },
});

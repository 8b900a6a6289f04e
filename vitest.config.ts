import { defineConfig } from "vitest/config";

/** The suites that can be selected: `npm test -- --suite unit,engine`. */
const suites = {
  unit: { include: ["test/unit/**/*.test.ts"], timeout: 20_000 },
  components: { include: ["test/components/**/*.test.ts"], timeout: 60_000 },
  provider: { include: ["test/provider/**/*.test.ts"], timeout: 120_000 },
  engine: { include: ["test/engine/**/*.test.ts"], timeout: 180_000 },
  provisioner: { include: ["test/provisioner/**/*.test.ts"], timeout: 120_000 },
  e2e: { include: ["test/e2e/**/*.test.ts"], timeout: 600_000 },
};

export default defineConfig({
  test: {
    projects: Object.entries(suites).map(([name, { include, timeout }]) => ({
      test: {
        name,
        include,
        environment: "node",
        pool: "forks",
        testTimeout: timeout,
        hookTimeout: timeout,
        // Suites on real parts share two cores: one file at a time keeps their deadlines honest.
        fileParallelism: name === "unit" || name === "components",
      },
    })),
  },
});

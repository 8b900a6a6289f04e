import { definitionNames, ownNames } from "./tools/catalog.ts";
import type { ToolName } from "./tools.ts";

/** A suite of tests: `npm test -- --suite unit,engine`. */
export interface Suite {
  readonly include: readonly string[];
  /** How long one test may take, in milliseconds. */
  readonly timeout: number;
  /** Whether its tests use the run's Kubernetes. */
  readonly platform: boolean;
  /** What set-up must get for it, besides the Kubernetes. */
  readonly tools: readonly ToolName[];
  /** What is made once before its files, and handed to them: a module of Vitest's global set-up. */
  readonly setup?: string;
  /** Whether its files may run at the same time; those on real parts share two cores, and keep their deadlines alone. */
  readonly parallel: boolean;
  /** The time that the suite may take on two cores, in minutes, set-up aside: more is a defect. */
  readonly budget: number;
}

const pulumi: readonly ToolName[] = ["pulumi", "pulumi-resource-kubernetes"];
const kinds: readonly ToolName[] = [...pulumi, ...definitionNames];
const realNode: readonly ToolName[] = ["kubelet", "kube-proxy", ...ownNames];
const nodes: readonly ToolName[] = ["node-oldest", "node-newest"];

/** Vitest's projects, in the order in which they run. */
export const suites = {
  unit: files("unit", { timeout: 20_000, platform: false, tools: [], parallel: true, budget: 2 }),
  components: files("components", { timeout: 60_000, platform: false, tools: [], parallel: true, budget: 2 }),
  rules: files("policies/rules", { timeout: 20_000, platform: false, tools: [], parallel: true, budget: 1 }),
  package: files("package", {
    ...{ timeout: 180_000, platform: false, tools: [...pulumi, ...nodes], parallel: false, budget: 4 },
    setup: "test/package/build-setup.ts",
  }),
  provider: files("provider", { timeout: 120_000, platform: true, tools: kinds, parallel: false, budget: 5 }),
  cloud: files("cloud", { timeout: 180_000, platform: true, tools: kinds, parallel: false, budget: 18 }),
  policies: {
    ...files("policies", { timeout: 180_000, platform: true, tools: kinds, parallel: false, budget: 4 }),
    include: ["test/policies/*.test.ts"],
  },
  engine: files("engine", { timeout: 180_000, platform: true, tools: pulumi, parallel: false, budget: 4 }),
  provisioner: files("provisioner", { timeout: 120_000, platform: true, tools: pulumi, parallel: false, budget: 8 }),
  router: files("router", { timeout: 60_000, platform: false, tools: [], parallel: false, budget: 3 }),
  browser: files("browser", { timeout: 60_000, platform: false, tools: [], parallel: false, budget: 2 }),
  node: {
    ...files("node", {
      timeout: 120_000,
      platform: false,
      tools: [...pulumi, ...realNode],
      parallel: false,
      // A cold machine builds all images first: two thirds of it.
      budget: 26,
    }),
    setup: "test/support/real/setup.ts",
  },
  e2e: files("e2e", { timeout: 600_000, platform: true, tools: pulumi, parallel: false, budget: 8 }),
} as const satisfies Readonly<Record<string, Suite>>;

export type SuiteName = keyof typeof suites;

function files(folder: string, rest: Omit<Suite, "include">): Suite {
  return { include: [`test/${folder}/**/*.test.ts`], ...rest };
}

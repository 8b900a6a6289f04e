/**
 * Who may import whom: core ← components ← stacks ← provisioner/engine, core ← policies ← stacks and provisioner/engine, contract ← everything of the service.
 * @type {import("dependency-cruiser").IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "What imports each other cannot be understood, tested or moved alone.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "packages-are-declared",
      comment: "A package that only another one depends on can vanish with the next install.",
      severity: "error",
      from: { path: "^(components|policies|stacks|provisioner|toolchain|test|bench)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "core-stands-alone",
      severity: "error",
      from: { path: "^components/core/" },
      to: { path: "^(components/(?!core/)|policies/|stacks/|provisioner/|toolchain/|bench/|test/)" },
    },
    {
      name: "components-know-no-one-above",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(policies|stacks|provisioner|toolchain|bench|test)/" },
    },
    {
      name: "policies-stand-on-core",
      comment:
        "A rule judges what is registered, whoever wrote the program: it is taken into other people's packs alone.",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: "^(components/(?!core/)|stacks/|provisioner/|toolchain/|bench/|test/)" },
    },
    {
      name: "rules-are-plain",
      comment: "The engine's workers judge with them, where the policy SDK is not: only what the CLI runs knows it.",
      severity: "error",
      from: { path: "^policies/(?!index\\.ts$)" },
      to: { path: "^node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "stacks-know-no-one-above",
      severity: "error",
      from: { path: "^stacks/" },
      to: { path: "^(provisioner|toolchain|bench|test)/" },
    },
    {
      name: "contract-stands-on-core",
      comment: "The dashboard, the CLI and other people's clients import it.",
      severity: "error",
      from: { path: "^provisioner/contract/" },
      to: { path: "^(policies|stacks|toolchain|bench|test|provisioner/(?!contract/)|components/(?!core/))" },
    },
    {
      name: "only-the-engine-runs-stacks",
      severity: "error",
      from: { path: "^provisioner/(?!engine/)" },
      to: { path: "^(stacks|policies)/" },
    },
    {
      name: "the-service-needs-no-set-up",
      comment: "What is deployed has no toolchain, and no tests.",
      severity: "error",
      from: { path: "^provisioner/" },
      to: { path: "^(toolchain|bench|test)/" },
    },
    {
      name: "the-router-stands-on-little",
      comment:
        "It meets every browser: what it does not need, such as the queue, the engine or the cluster's client, is not in it.",
      severity: "error",
      from: { path: "^provisioner/router/" },
      to: {
        path: "^(stacks|policies|components/(?!core/|workspace/(blueprints/|spec|manifests/metadata))|provisioner/(?!router/|contract/|store/|api/(addresses|metrics|metrics-app|server)\\.ts|workspaces/settings\\.ts|(config|entry|log|readiness|startup|stops)\\.ts))",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "lifecycle-is-pure",
      severity: "error",
      from: { path: "^provisioner/lifecycle/" },
      to: {
        path: "^(node:|node_modules/|provisioner/(?!lifecycle/|contract/|workspaces/))",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "plans-are-pure",
      comment: "A plan is used without an engine: it imports no Pulumi, and nothing that acts.",
      severity: "error",
      from: {
        path: "^components/(core/|workspace/(blueprints/|compose)|[^/]+/(manifests/|plan|spec))",
      },
      to: { path: "^(node_modules/@pulumi/|fs$|child_process$|net$|https?$)" },
    },
    {
      name: "pulumi-where-it-belongs",
      comment: "Importing the SDK costs a second and 150 MB: it stays out of the service's main processes.",
      severity: "error",
      from: {
        path: "^(provisioner|toolchain)/",
        pathNot: "^(provisioner/engine/worker|toolchain/(pulumi-language-nodejs|stand-ins)/|toolchain/foundation)",
      },
      to: { path: "^node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    // The policy pack has a package.json of its own, as the CLI wants it; what it needs is in the project's.
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};

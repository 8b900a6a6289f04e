import { createRequire } from "node:module";

/**
 * Modules that `@pulumi/pulumi` loads at its import and uses only to serialize closures ("magic functions"), which no
 * workspace has: the TypeScript compiler and npm's tree builder are 0.35 of the 0.55 CPU-seconds of that import.
 */
const rarelyUsed = ["typescript", "@npmcli/arborist"];

/**
 * Makes those modules load at their first use instead of at the import of `@pulumi/pulumi`. To be called before that
 * import; whoever does use one of them gets the real module.
 */
export function loadLazily(): void {
  const pulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
  for (const name of rarelyUsed) {
    let file: string;
    try {
      file = pulumi.resolve(name);
    } catch {
      continue;
    }
    if (pulumi.cache[file] !== undefined) continue;
    const real = (): object => {
      if (pulumi.cache[file] === placeholder) delete pulumi.cache[file];
      return pulumi(name);
    };
    // Module's constructor is how Node makes cache entries; only `exports` differs from an ordinary one.
    const { Module } = pulumi("node:module");
    const placeholder = new Module(file, null);
    placeholder.filename = file;
    placeholder.loaded = true;
    placeholder.exports = new Proxy(
      {},
      {
        // `__esModule` keeps TypeScript's import helpers from copying every member, which would load the module.
        get: (_target, key) => (key === "__esModule" ? true : Reflect.get(real(), key)),
        has: (_target, key) => Reflect.has(real(), key),
      },
    );
    pulumi.cache[file] = placeholder;
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checkout } from "../paths.ts";
import type { Entry } from "./entries.ts";

const rootSchema = z.object({
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** A package.json as it is published. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly type: "module";
  readonly sideEffects: false;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: true }>>;
}

/** Where an entry lies in the package, without its ending. */
export function entryPath({ subpath }: Entry): string {
  return subpath === "." ? "entries/index" : `entries/${subpath.slice("./".length)}`;
}

/**
 * What says how the package is imported and what it needs. Pulumi's packages are the importer's own, as one program must
 * have one of each; whoever takes a single component needs only the SDK and those that it imports, so the others are
 * optional. Ranges start at what Berth is tested with and go up to what may break.
 */
export function packageManifest(entries: readonly Entry[], packages: Iterable<string>): Manifest {
  const root = rootSchema.parse(JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")));
  const versions = { ...root.devDependencies, ...root.dependencies };
  const ranges = [...packages].sort().map((name): [string, string] => {
    const version = versions[name];
    if (version === undefined) throw new Error(`The package imports ${name}, which package.json does not name.`);
    return [name, `^${version}`];
  });
  const peers = ranges.filter(([name]) => name.startsWith("@pulumi/"));
  const optional = peers.filter(([name]) => name !== "@pulumi/pulumi");
  return {
    name: "berth",
    version: root.version,
    description: "A computer in the browser for every user: Pulumi components, a cost model and policies.",
    keywords: ["pulumi", "kubernetes", "eks", "workspace", "remote-desktop", "policy-as-code"],
    license: root.license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=22" },
    exports: {
      ...Object.fromEntries(
        entries.map((entry) => {
          const path = `./${entryPath(entry)}`;
          return [entry.subpath, { types: `${path}.d.ts`, default: `${path}.js` }];
        }),
      ),
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(ranges.filter(([name]) => !name.startsWith("@pulumi/"))),
    peerDependencies: Object.fromEntries(peers),
    peerDependenciesMeta: Object.fromEntries(optional.map(([name]) => [name, { optional: true }])),
  };
}

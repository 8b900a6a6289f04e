import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../paths.ts";

/**
 * Writes a tsconfig with which TypeDoc reads the components without the typings of Pulumi's packages. AWS' alone are 2,700
 * files, whose checking takes most of a minute; of all of them the reference shows only names.
 *
 * @param folder where it is written, with what stands for those packages
 * @returns path of the tsconfig
 */
export function writeStubs(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const imports = componentFiles().flatMap((file) => importsOf(readFileSync(file, "utf8")));
  const packages = Map.groupBy(imports, ({ from }) => from);
  const paths = [...packages].map(([from, imported], index) => {
    const names = [...new Set(imported.flatMap(({ names }) => names))].sort();
    const file = join(folder, `stub-${index}.d.ts`);
    writeFileSync(file, names.map((name) => `export declare class ${name} {}\n`).join(""));
    return [from, [file]] as const;
  });
  writeFileSync(join(folder, "pulumi.d.ts"), pulumiStub);
  const tsconfig = join(folder, "tsconfig.json");
  const options = {
    extends: join(checkout, "tsconfig.json"),
    compilerOptions: {
      rootDir: "/",
      types: [],
      typeRoots: [join(checkout, "node_modules", "@types")],
      paths: { ...Object.fromEntries(paths), "@pulumi/pulumi": [join(folder, "pulumi.d.ts")] },
    },
    files: [join(checkout, "components", "index.ts")],
    include: [],
  };
  writeFileSync(tsconfig, JSON.stringify(options));
  return tsconfig;
}

/** What the components' signatures say of Pulumi's SDK. */
const pulumiStub = `
export declare class Output<T> { private readonly value: T }
export declare class Input<T> { private readonly value: T }
export declare class Inputs {}
export declare class Resource {}
export declare class ProviderResource {}
export declare class ComponentResourceOptions {}
export declare class CustomResourceOptions {}
export declare class ComponentResource { registerOutputs(outputs: object): void }
`;

function componentFiles(): readonly string[] {
  return readdirSync(join(checkout, "components"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

interface Import {
  readonly from: string;
  readonly names: readonly string[];
}

/** The imports from Pulumi's providers, with the names as they are there. */
function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(/^import (?:type )?\{([^}]+)\} from "(@pulumi\/(?!pulumi")[^"]+)";/gm)].map(
    ([, list = "", from = ""]) => ({
      from,
      names: list
        .split(",")
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type /, "")
              .split(" as ")[0] ?? "",
        )
        .filter((name) => /^[A-Z]/.test(name)),
    }),
  );
}

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What one file imports: as it stands there. */
export function importsOf(file: string): readonly string[] {
  return ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The packages that a built file needs, by itself or by the files of the package that it imports. */
export function packagesOf(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  return new Set(specifiersOf(file, seen).map(packageName));
}

/** All that a built file imports from elsewhere, by itself or by the files of the package that it imports. */
export function specifiersOf(file: string, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return importsOf(file).flatMap((specifier) => {
    if (specifier.startsWith("node:")) return [];
    return specifier.startsWith(".") ? specifiersOf(besideOf(file, specifier), seen) : [specifier];
  });
}

/** Where a relative import leads; declarations import each other as the JavaScript that they describe. */
function besideOf(file: string, specifier: string): string {
  const target = join(dirname(file), specifier);
  return file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
}

/** `@pulumi/aws/ec2/vpc.js` → `@pulumi/aws`. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

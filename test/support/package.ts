import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { entryText, packageEntries } from "../../toolchain/package/entries.ts";
import { checkout } from "../../toolchain/paths.ts";

/**
 * Puts the package into a project without building it: each of its names leads to the checkout's own modules, by the list
 * that the build goes by. What Pulumi's packages are is the checkout's too.
 *
 * @param project a folder outside of the checkout
 */
export async function linkPackage(project: string): Promise<void> {
  // Outside of node_modules, where Node takes no TypeScript; the link is followed before it looks.
  const folder = join(project, "berth");
  const entries = await packageEntries();
  for (const entry of entries) {
    const file = join(folder, `${nameOf(entry.subpath)}.js`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      entryText(entry, "javascript", (module) => join(checkout, module)),
    );
  }
  const exports = Object.fromEntries(entries.map(({ subpath }) => [subpath, `./${nameOf(subpath)}.js`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "berth", type: "module", exports }));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(folder, join(project, "node_modules", "berth"));
  symlinkSync(join(checkout, "node_modules", "@pulumi"), join(project, "node_modules", "@pulumi"));
}

function nameOf(subpath: string): string {
  return subpath === "." ? "index" : subpath.replace(/^\.\//, "");
}

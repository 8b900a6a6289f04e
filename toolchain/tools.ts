import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./paths.ts";
import type { Progress } from "./terminal.ts";
import { recipes, type ToolName } from "./tools/catalog.ts";

export interface Tool {
  readonly name: ToolName;
  readonly path: string;
  readonly version: string;
  readonly source: "downloaded" | "built" | "cached";
}

export function toolVersion(name: ToolName): string {
  return recipes()[name].version;
}

export async function ensureTools(names: readonly ToolName[], _progress: Progress): Promise<Tool[]> {
  return names.map((name) => {
    const version = toolVersion(name);
    const path = join(cacheFolder(), "tools", name, version, name);
    if (!existsSync(path)) throw new Error(`${name} ${version} is not there`);
    return { name, path, version, source: "cached" };
  });
}

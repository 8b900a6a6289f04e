import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { checkout } from "../../toolchain/paths.ts";
import { ensureTools } from "../../toolchain/tools.ts";
import { startRegistry } from "./registry.ts";

/** A project of somebody who installed the package, in a folder of its own. */
export interface Project {
  readonly folder: string;
  /** Writes a file, and the folders that lead to it. */
  write(path: string, content: string | object): string;
  /** Runs a program in the project; throws, with all it said, unless it ends well. */
  run(program: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<string>;
  dispose(): Promise<void>;
}

const manifestSchema = z.object({
  exports: z.record(z.string(), z.unknown()),
  dependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.literal(true) })),
});

/** The installed package's package.json. */
export function installedManifest({ folder }: Project): z.infer<typeof manifestSchema> {
  const text = readFileSync(join(folder, "node_modules", "berth", "package.json"), "utf8");
  return manifestSchema.parse(JSON.parse(text));
}

/** An empty project: a folder with a package.json. */
export async function emptyProject(): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "berth-test-project-")));
  const project: Project = {
    folder,
    write(path, content) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
      return file;
    },
    async run(program, args, environment = process.env) {
      const outcome = promisify(execFile)(program, args, { cwd: folder, env: environment, timeout: 120_000 });
      const { stdout } = await outcome.catch((error: Error & { stdout?: string; stderr?: string }) => {
        throw new Error(`${error.message}\n${error.stdout ?? ""}\n${error.stderr ?? ""}`);
      });
      return stdout;
    },
    dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
  project.write("package.json", { name: "somebodys-platform", version: "1.0.0", private: true, type: "module" });
  return project;
}

/**
 * An empty project into which npm has installed the archive and what it depends on. The peers are the checkout's own,
 * by links: they are its importer's to install, take 150 MB and are the same whoever copies them.
 */
export async function installedProject(archive: string): Promise<Project> {
  const project = await emptyProject();
  const registry = await startRegistry();
  try {
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--legacy-peer-deps"];
    await project.run("npm", [
      "install",
      archive,
      `--registry=${registry.url}`,
      `--cache=${project.folder}/.npm`,
      ...quiet,
    ]);
  } finally {
    await registry.close();
  }
  const { peerDependencies } = installedManifest(project);
  for (const name of [...Object.keys(peerDependencies), "@types/node"]) {
    const link = join(project.folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(checkout, "node_modules", name), link, "dir");
  }
  return project;
}

/** The Nodes that the package is supported on: the oldest and the newest. */
export async function supportedNodes(): Promise<readonly { readonly version: string; readonly node: string }[]> {
  const tools = await ensureTools(["node-oldest", "node-newest"]);
  return tools.map(({ version, path }) => ({ version, node: path }));
}

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { checkout } from "../../toolchain/paths.ts";

const names = z.record(z.string(), z.string()).optional();
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      /** Where it lies under another name than its own. */
      name: z.string().optional(),
      version: z.string().optional(),
      dependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
      peerDependenciesMeta: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** An npm registry that has what the checkout's lock file names, at the versions that are installed here. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts one, so that npm itself installs the package, the same way on every machine and at once: no other registry is
 * asked, and nothing is taken that the checkout was not tested with.
 */
export async function startRegistry(): Promise<Registry> {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(checkout, "package-lock.json"), "utf8")));
  const offered = Map.groupBy(
    Object.entries(lock.packages).filter(([path, { version }]) => path.includes("node_modules/") && version),
    ([path, { name }]) => name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
  );
  const archives = await mkdtemp(join(tmpdir(), "berth-test-registry-"));
  let url = "";

  const describe = (name: string): string | undefined => {
    const found = offered.get(name);
    if (found === undefined) return undefined;
    const versions = found.map(([path, about]): [string, object] => [
      about.version ?? "",
      { ...about, name, dist: { tarball: `${url}/-/${path}` } },
    ]);
    // What the checkout itself uses, and not what lies below somebody else's package.
    const latest = found.find(([path]) => path === `node_modules/${name}`)?.[1].version ?? versions[0]?.[0];
    return JSON.stringify({ name, "dist-tags": { latest }, versions: Object.fromEntries(versions) });
  };
  const archive = async (path: string): Promise<Buffer> => {
    const args = ["pack", join(checkout, path), "--ignore-scripts", "--loglevel=error", "--pack-destination", archives];
    const { stdout } = await promisify(execFile)("npm", args);
    return readFile(join(archives, stdout.trim()));
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const answer = path.startsWith("-/") ? archive(path.slice("-/".length)) : Promise.resolve(describe(path));
    answer.then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body ?? "{}"),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The registry has no port.");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(archives, { recursive: true, force: true });
    },
  };
}

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, SetupError } from "../errors.ts";
import { ensureSystemPrograms } from "../system/programs.ts";
import type { Progress } from "../terminal.ts";
import { unpackFromNpm } from "../tools/build.ts";
import { ensureTools, type Tool } from "../tools.ts";
import { versions } from "../versions.ts";
import type { Docker } from "./docker.ts";

/** The images that those of this checkout are built on, as build arguments. */
export type Bases = Readonly<Record<"DEBIAN_IMAGE" | "NODE_IMAGE" | "PULUMI_FROM", string>>;

const registry = "https://registry-1.docker.io/v2/";
const answerWithinMs = 3_000;

/** Whether public images can be pulled. */
export async function reachesPublicImages(fetcher: typeof fetch = fetch): Promise<boolean> {
  if (process.env.BERTH_OFFLINE === "1") return false;
  try {
    await fetcher(registry, { signal: AbortSignal.timeout(answerWithinMs) });
    return true;
  } catch {
    return false;
  }
}

/** Debian's release that images are made of. */
const release = "bookworm";

/**
 * Bases made on this machine of Debian's own packages, where public images cannot be pulled. They stand in for
 * `debian:bookworm-slim` and `node:…-bookworm-slim`, and are named so that nobody takes them for these.
 */
export const localBases: Bases = {
  DEBIAN_IMAGE: `berth.local/debian:${release}`,
  NODE_IMAGE: `berth.local/node:${versions.node}`,
  PULUMI_FROM: `berth.local/pulumi:${versions.pulumi}`,
};

/**
 * Makes the bases that are missing.
 *
 * @throws SetupError when Debian's packages, npm's or Pulumi cannot be had.
 */
export async function ensureLocalBases(docker: Docker, progress: Progress): Promise<Bases> {
  const { DEBIAN_IMAGE, NODE_IMAGE, PULUMI_FROM } = localBases;
  if (!(await docker.has(DEBIAN_IMAGE))) {
    await progress.step(`Make ${DEBIAN_IMAGE} of Debian's packages (public images cannot be pulled)`, () =>
      makeDebian(docker, DEBIAN_IMAGE, progress),
    );
  }
  if (!(await docker.has(NODE_IMAGE))) {
    await progress.step(`Make ${NODE_IMAGE}`, () => makeNode(docker, { from: DEBIAN_IMAGE, image: NODE_IMAGE }));
  }
  if (!(await docker.has(PULUMI_FROM))) {
    const tools = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
    await progress.step(`Make ${PULUMI_FROM}`, () => makePulumi(docker, tools, PULUMI_FROM));
  }
  return localBases;
}

async function makeDebian(docker: Docker, image: string, progress: Progress): Promise<void> {
  const system = await ensureSystemPrograms([{ program: "mmdebstrap", package: "mmdebstrap" }], progress);
  const args = ["--mode=root", "--variant=minbase", "--quiet", release, "-", ...ownSources()];
  const input = { command: system.path("mmdebstrap"), args, environment: { ...process.env, ...system.environment } };
  await docker.run(["import", "-", image], { input });
}

/** Where this machine takes the same packages from, if it says so; else Debian's own servers. */
function ownSources(): readonly string[] {
  const file = "/etc/apt/sources.list.d/debian.sources";
  return existsSync(file) ? [file] : [];
}

/** Certificates that this machine trusts beyond Debian's: npm in a build must reach the registry that npm here does. */
const authorities = process.env.NODE_EXTRA_CA_CERTS ?? "/etc/ssl/certs/ca-certificates.crt";

/** Node and npm on Debian, from npm's own packages. */
async function makeNode(
  docker: Docker,
  { from, image }: { readonly from: string; readonly image: string },
): Promise<void> {
  await inFolder(image, async (folder) => {
    copyFileSync(process.execPath, join(folder, "node"));
    renameSync(await unpackFromNpm(`npm@${versions.npm}`, folder), join(folder, "npm"));
    mkdirSync(join(folder, "trust"));
    if (existsSync(authorities)) copyFileSync(authorities, join(folder, "trust", "ca.crt"));
    writeFileSync(join(folder, "Dockerfile"), nodeDockerfile(from));
    await docker.run(["build", "--network=host", "--tag", image, folder]);
  });
}

/**
 * Pulumi and its plugin as set-up has them, where the provisioner's image looks for them: the plugin is the stand-in where
 * the official one cannot be had. The authorities of RDS are nobody: such an image is for this machine.
 */
async function makePulumi(docker: Docker, tools: readonly Tool[], image: string): Promise<void> {
  await inFolder(image, async (folder) => {
    const plugin = `resource-kubernetes-v${versions.pulumiKubernetes}`;
    const places: Readonly<Record<string, string>> = {
      pulumi: "usr/local/bin",
      "pulumi-resource-kubernetes": `opt/berth/pulumi-home/plugins/${plugin}`,
    };
    for (const { name, path } of tools) {
      const place = join(folder, "root", places[name] ?? "");
      mkdirSync(place, { recursive: true });
      copyFileSync(path, join(place, name));
    }
    writeFileSync(join(folder, "root/opt/berth/rds-global-bundle.pem"), "");
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY root /\n");
    await docker.run(["build", "--tag", image, folder]);
  });
}

async function inFolder(image: string, make: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "berth-base-image-"));
  try {
    await make(folder);
  } catch (error) {
    throw error instanceof SetupError ? error : new SetupError(`${image} cannot be made: ${messageOf(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nodeDockerfile(from: string): string {
  return `FROM ${from}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY trust /usr/local/share/berth-build
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && chmod 0755 /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/*.js
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/berth-build/ca.crt
`;
}

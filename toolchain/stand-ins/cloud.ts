import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../paths.ts";
import { partsOf } from "./kinds.ts";
import type { Values } from "./values.ts";

/** What exists in the cloud: one file. */
export interface CloudResource {
  readonly type: string;
  readonly id: string;
  /** Who made it, for people who read the file. */
  readonly urn: string;
  /** What it was last made of. */
  readonly inputs: Values;
  /** What it is. */
  readonly state: Values;
  /** The id of what it came with and goes with, such as the security group that a cluster makes. */
  readonly ownedBy?: string;
}

/** One call that reached the cloud, as `calls.jsonl` tells it: never with values, and none of a preview. */
export interface Call {
  readonly operation: string;
  readonly type: string;
  readonly urn?: string;
  readonly id?: string;
}

/** Where the stand-ins' cloud is: `$BERTH_STAND_IN_CLOUD`, else `stand-in-cloud` in the state folder. */
export function cloudFolder(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return environment.BERTH_STAND_IN_CLOUD || join(stateFolder(environment), "stand-in-cloud");
}

/** A cloud that consists of files: `<package>/<type>/<id>.json`. Several processes may use one at once. */
export class Cloud {
  readonly folder: string;

  constructor(folder: string = cloudFolder()) {
    this.folder = folder;
  }

  get(type: string, id: string): CloudResource | undefined {
    return read(this.#file(type, id));
  }

  /** All of one type, of one package, or all. */
  list(type?: string): CloudResource[] {
    if (type !== undefined) return this.#listFolder(this.#folderOf(type));
    return subfolders(this.folder).flatMap((name) =>
      subfolders(join(this.folder, name)).flatMap((folder) => this.#listFolder(join(this.folder, name, folder))),
    );
  }

  put(resource: CloudResource): void {
    const file = this.#file(resource.type, resource.id);
    mkdirSync(this.#folderOf(resource.type), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomBytes(4).toString("hex")}`;
    writeFileSync(temporary, `${JSON.stringify(resource, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  }

  /** Removes a resource, and what came with it. */
  remove(type: string, id: string): void {
    for (const { type: of, id: owned, ownedBy } of this.list()) if (ownedBy === id) rmSync(this.#file(of, owned));
    rmSync(this.#file(type, id), { force: true });
  }

  record(call: Call): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    appendFileSync(join(this.folder, "calls.jsonl"), `${JSON.stringify(call)}\n`, { mode: 0o600 });
  }

  #listFolder(folder: string): CloudResource[] {
    return files(folder).flatMap((name) => read(join(folder, name)) ?? []);
  }

  #folderOf(type: string): string {
    const { package: name, path } = partsOf(type);
    return join(this.folder, name, path.replace("/", "."));
  }

  #file(type: string, id: string): string {
    const encoded = encodeURIComponent(id);
    const name = encoded.length <= 200 ? encoded : createHash("sha256").update(id).digest("hex");
    return join(this.#folderOf(type), `${name}.json`);
  }
}

function read(file: string): CloudResource | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read.`, { cause: error });
  }
}

function subfolders(folder: string): string[] {
  return entries(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function files(folder: string): string[] {
  return entries(folder)
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".json"));
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

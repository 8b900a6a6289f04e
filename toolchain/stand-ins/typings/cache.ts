import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../paths.ts";
import type { Shape } from "./shape.ts";

/** Where an npm package of a provider is installed, and its version. */
export interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
}

const require = createRequire(import.meta.url);

/** The npm package of a provider, as the checkout has it. */
export function installedPackage(name: string): InstalledPackage {
  const manifest = require.resolve(`@pulumi/${name}/package.json`);
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, "utf8"));
  return { name, folder: dirname(manifest), version };
}

type Kind = "resource" | "invoke" | "provider";

/**
 * The shapes of a package, each read from the typings once and kept in a file; what is kept belongs to the package's
 * version and to the reader's own sources. TypeScript is loaded only where something is not kept yet.
 */
export class Typings {
  readonly package: InstalledPackage;
  readonly #folder: string;
  readonly #known = new Map<string, Shape | undefined>();
  #reader: Promise<import("./read.ts").TypingsReader> | undefined;

  constructor(installed: InstalledPackage, cache: string = join(cacheFolder(), "typings")) {
    this.package = installed;
    this.#folder = join(cache, `${installed.name}-${installed.version}-${sourceHash()}`);
  }

  /** Undefined where the package has no such resource type. */
  resource(token: string): Promise<Shape | undefined> {
    return this.#get("resource", token);
  }

  /** Undefined where the package has no such function. */
  invoke(token: string): Promise<Shape | undefined> {
    return this.#get("invoke", token);
  }

  async provider(): Promise<Shape> {
    const shape = await this.#get("provider", this.package.name);
    if (!shape) throw new Error(`@pulumi/${this.package.name} has no provider.`);
    return shape;
  }

  async #get(kind: Kind, token: string): Promise<Shape | undefined> {
    const key = `${kind}.${token.replaceAll(/[^A-Za-z0-9]+/g, ".")}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const file = join(this.#folder, `${key}.json`);
    const shape = readKept(file) ?? (await this.#read(kind, token, file));
    this.#known.set(key, shape);
    return shape;
  }

  async #read(kind: Kind, token: string, file: string): Promise<Shape | undefined> {
    const { folder, name } = this.package;
    this.#reader ??= import("./read.ts").then(({ TypingsReader }) => new TypingsReader(folder, name));
    const reader = await this.#reader;
    const shape = kind === "provider" ? reader.provider() : reader[kind](token);
    if (shape) keep(file, shape);
    return shape;
  }
}

function readKept(file: string): Shape | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Several processes may do this at once: each writes the same, and the file is there whole or not at all. */
function keep(file: string, shape: Shape): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(4).toString("hex")}`;
  writeFileSync(temporary, JSON.stringify(shape));
  renameSync(temporary, file);
}

function sourceHash(): string {
  const hash = createHash("sha256");
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts"));
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest("hex").slice(0, 12);
}

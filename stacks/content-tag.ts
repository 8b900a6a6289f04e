import { createHash, type Hash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../components/core/errors.ts";

export interface ContentTagOptions {
  /** Path of the Dockerfile: part of what is built, wherever it lies and whatever `.dockerignore` says. */
  readonly dockerfile: string;
  /** What else the image depends on: its platform, build arguments. The order of the keys means nothing. */
  readonly also?: Readonly<Record<string, string>>;
}

/**
 * A tag for the image that a folder is built to, 16 hexadecimal digits: a hash of each file's path, content and right to
 * be executed, of where each symbolic link points, of the Dockerfile, and of `also`. Times, owners, other rights and
 * empty folders change nothing; nor does what the folder's `.dockerignore` leaves out (or the one beside the Dockerfile,
 * `<Dockerfile>.dockerignore`, which goes before it as with BuildKit).
 *
 * 64 bits: a million images meet with a chance below one in ten million.
 */
export function contentTag(context: string, { dockerfile, also = {} }: ContentTagOptions): string {
  const hash = createHash("sha256");
  addPart(hash, "also", JSON.stringify(Object.entries(also).sort(([a], [b]) => (a < b ? -1 : 1))));
  addPart(hash, "dockerfile", readOrExplain("dockerfile", dockerfile));
  const rules = ignoreRules(ignoreFile(context, dockerfile));
  for (const path of filesBelow(context, rules)) addFile(hash, context, path);
  return hash.digest("hex").slice(0, 16);
}

/** Each part with its length, so that no two lists of parts read the same. */
function addPart(hash: Hash, kind: string, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  hash.update(`${kind} ${bytes.length}\n`).update(bytes);
}

function addFile(hash: Hash, context: string, path: string): void {
  const file = join(context, path);
  const status = lstatSync(file);
  addPart(hash, "path", path);
  if (status.isSymbolicLink()) addPart(hash, "link", readlinkSync(file));
  else if (status.isFile()) addPart(hash, (status.mode & 0o111) === 0 ? "file" : "program", readFileSync(file));
  else {
    throw new UserError({
      option: "context",
      value: file,
      fix: "An image is built of files, folders and links only: name it in .dockerignore.",
    });
  }
}

/** Paths of everything but folders, from the folder, with '/', in an order that no locale changes. */
function filesBelow(context: string, rules: IgnoreRules): readonly string[] {
  const paths: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(context, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) {
        if (!rules.isIgnored(path)) paths.push(path);
      } else if (!rules.isIgnored(path) || rules.mayHoldKept(path)) visit(path);
    }
  };
  try {
    visit("");
  } catch (error) {
    throw new UserError({
      option: "context",
      value: context,
      fix: `Name a folder that can be read: ${reason(error)}.`,
    });
  }
  return paths.sort((a, b) => (a < b ? -1 : 1));
}

function ignoreFile(context: string, dockerfile: string): string {
  for (const file of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  return "";
}

/** What a `.dockerignore` says. */
export interface IgnoreRules {
  /** Whether a path is left out. */
  isIgnored(path: string): boolean;
  /** Whether something in a folder that is left out may be taken back: if not, nobody need look into it. */
  mayHoldKept(folder: string): boolean;
}

/**
 * The rules of a `.dockerignore`: the last one that fits a path or one of its folders decides, one with '!' takes back.
 * '*' and '?' stay within one name, '**' goes through folders, '#' begins a comment. Sets of characters ('[a-z]') and
 * '\\' are refused, as they are hardly used and easily misread.
 * Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function ignoreRules(text: string): IgnoreRules {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(ruleOf);
  return {
    isIgnored(path) {
      const names = path.split("/");
      const paths = names.map((_, index) => names.slice(0, index + 1).join("/"));
      return rules.reduce(
        (ignored, { regex, takesBack }) => (paths.some((p) => regex.test(p)) ? !takesBack : ignored),
        false,
      );
    },
    mayHoldKept(folder) {
      const names = folder.split("/");
      return rules.some(({ takesBack, names: wanted }) => takesBack && leadsInto(names, wanted));
    },
  };
}

/** Whether a pattern, name by name, can fit something in a folder. */
function leadsInto(folder: readonly string[], pattern: readonly string[]): boolean {
  for (const [index, name] of folder.entries()) {
    const wanted = pattern[index];
    if (wanted === undefined || wanted.includes("**")) return true;
    if (!regexOf(wanted).test(name)) return false;
  }
  return true;
}

interface Rule {
  readonly regex: RegExp;
  /** The pattern, name by name. */
  readonly names: readonly string[];
  readonly takesBack: boolean;
}

function ruleOf(line: string): Rule {
  const takesBack = line.startsWith("!");
  const pattern = (takesBack ? line.slice(1).trim() : line).replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  if (/[[\]\\]/.test(pattern)) {
    throw new UserError({
      option: ".dockerignore",
      value: line,
      fix: "Sets of characters and '\\' are not understood here: write names, with '*', '?' and '**'.",
    });
  }
  return { regex: regexOf(pattern), names: pattern.split("/"), takesBack };
}

function regexOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => wildcards[part] ?? part.replace(/[.+^${}()|]/g, "\\$&"))
    .join("");
  return new RegExp(`^${source}$`, "s");
}

const wildcards: Readonly<Record<string, string>> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };

function readOrExplain(option: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError({ option, value: file, fix: `Name a file that can be read: ${reason(error)}.` });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

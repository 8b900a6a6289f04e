import { matchesGlob } from "../../glob.ts";

/** A reference to an image, in parts. */
export interface ImageReference {
  /** Registry and repository, in full: `docker.io/library/nginx` of `nginx`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Reads a reference as container runtimes do: a name without a registry is Docker Hub's. */
export function parseImage(reference: string): ImageReference {
  const [named = "", digest] = splitAt(reference, reference.indexOf("@"));
  const [path = "", tag] = splitAt(named, named.indexOf(":", named.lastIndexOf("/") + 1));
  const [first = "", rest] = splitAt(path, path.indexOf("/"));
  const isHost = rest !== undefined && (/[.:]/.test(first) || first === "localhost");
  const repository = isHost ? path : `docker.io/${rest === undefined ? `library/${path}` : path}`;
  return { repository, tag, digest };
}

/**
 * Whether a repository is of one of the registries: `docker.io/cloudflare` holds all that is below it. `*` stands for
 * characters of one part of a host's name or path.
 */
export function isFrom(repository: string, registries: readonly string[]): boolean {
  const parts = repository.split("/");
  return registries.some((registry) => {
    const wanted = registry.split("/");
    return wanted.every((part, index) => matchesGlob(part, parts[index] ?? "", "./"));
  });
}

/** Whether a tag is a whole version (1.37.0-musl, v3.6.25), or a hash of what the image is built of (0f9c2a51b7de). */
export function isExactTag(tag: string): boolean {
  return /^v?\d+\.\d+\.\d+([-+._][\w.-]+)?$/.test(tag) || /^(?:[a-z]+-)?(?=.*\d)[0-9a-f]{12,64}$/.test(tag);
}

function splitAt(text: string, index: number): readonly [string, string?] {
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

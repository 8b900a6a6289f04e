import { join } from "node:path";
import { contentTag } from "../../stacks/content-tag.ts";
import { type ImageSource, imageSources } from "../../stacks/images.ts";
import { SetupError } from "../errors.ts";
import { checkout } from "../paths.ts";
import { formatSize, type Progress } from "../terminal.ts";
import { type Bases, ensureLocalBases, localBases, reachesPublicImages } from "./bases.ts";
import { type Docker, withDocker } from "./docker.ts";

/** Where images that were built end up. */
export interface ImageStore {
  /** Names of the images that are there. */
  images(): Promise<readonly string[]>;
  /** Takes images in from an archive as `docker save` writes it. */
  importImages(archive: string): Promise<void>;
}

/** What of a Docker engine a build needs, opened when it is needed first. */
interface Builder {
  readonly docker: Docker;
  /** Build arguments; none where public images can be pulled. */
  readonly bases: Bases | Readonly<Record<string, never>>;
}

/** What images of `images/` are called here, whether or not they are there. */
export async function imageReferences(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const online = await reachesPublicImages();
  return Object.fromEntries(names.map((name) => [name, wantedImage(name, online).reference]));
}

/**
 * Sees to it that images of `images/` are in a store: those that are missing are built from their Dockerfiles and taken
 * in. A tag says what an image is made of, so nothing is built twice. `desktop` is an image, `desktop/test` a stage of its
 * Dockerfile.
 *
 * @returns the reference of each.
 */
export async function ensureImages(
  names: readonly string[],
  store: ImageStore,
  progress: Progress,
): Promise<Readonly<Record<string, string>>> {
  const online = await reachesPublicImages();
  const present = new Set(await store.images());
  const wanted = names.map((name) => wantedImage(name, online));
  const missing = wanted.filter(({ reference }) => !present.has(reference));
  if (missing.length > 0) {
    await withDocker(progress, async (docker) => {
      const bases = online ? {} : await ensureLocalBases(docker, progress);
      for (const image of missing) await buildImage(image, { docker, bases }, progress);
      const references = missing.map(({ reference }) => reference);
      // At once: layers that several have are moved once.
      await progress.step(`Give ${countOf(references.length, "image")} to the node`, () =>
        docker.save(references, (archive) => store.importImages(archive)),
      );
    });
  }
  return Object.fromEntries(wanted.map(({ name, reference }) => [name, reference]));
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** An image, or a stage of one, and what it is called. */
interface WantedImage {
  readonly name: string;
  readonly source: ImageSource;
  readonly target: string | undefined;
  readonly reference: string;
}

function wantedImage(name: string, online: boolean): WantedImage {
  const [image = "", target] = name.split("/");
  const source = sourceOf(image);
  const tag = contentTag(join(checkout, source.context), {
    dockerfile: join(checkout, source.dockerfile),
    // On other bases it is another image.
    also: { bases: online ? "public" : Object.values(localBases).join(" ") },
  });
  return { name, source, target, reference: `berth.local/${name.replace("/", "-")}:${tag}` };
}

function sourceOf(name: string): ImageSource {
  const sources = imageSources(checkout);
  const source = sources.find((one) => one.name === name);
  if (source) return source;
  throw new SetupError(`There is no image ${name}: images/ has ${sources.map((one) => one.name).join(", ")}.`);
}

/** Builds one image, or a stage of its Dockerfile. */
async function buildImage(
  { name, source, target, reference }: WantedImage,
  { docker, bases }: Builder,
  progress: Progress,
): Promise<void> {
  if (await docker.has(reference)) return;
  const { context, dockerfile } = source;
  await progress.step(`Build the image ${name}`, async (note) => {
    const given = Object.entries(bases).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
    const stage = target === undefined ? [] : ["--target", target];
    const where = ["--network=host", "--progress=plain", "--file", join(checkout, dockerfile), join(checkout, context)];
    const tell = (line: string): void => {
      const step = stepOf(line);
      if (step !== undefined) note(step);
    };
    await docker.run(["build", ...given, ...stage, "--tag", reference, ...where], { note: tell });
    const size = Number(await docker.run(["image", "inspect", "--format={{.Size}}", reference]));
    note(formatSize(size));
  });
}

/** The step of a build that a line of its log begins; undefined when it tells something else. */
function stepOf(line: string): string | undefined {
  return /^#\d+ \[(.+)$/.exec(line)?.[1]?.slice(0, 70).replace("]", ":");
}

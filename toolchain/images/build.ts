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

/**
 * Sees to it that images of `images/` are in a store: those that are missing are built from their Dockerfiles and taken
 * in. A tag says what an image is made of, so nothing is built twice.
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
  const wanted = names.map((name) => {
    const source = sourceOf(name);
    return { source, reference: referenceOf(source, online) };
  });
  const missing = wanted.filter(({ reference }) => !present.has(reference));
  if (missing.length > 0) {
    await withDocker(progress, async (docker) => {
      const bases = online ? {} : await ensureLocalBases(docker, progress);
      for (const { source, reference } of missing) {
        await buildImage(source, reference, { docker, bases }, progress);
        await progress.step(`Take ${reference} in`, () =>
          docker.save(reference, (archive) => store.importImages(archive)),
        );
      }
    });
  }
  return Object.fromEntries(wanted.map(({ source, reference }) => [source.name, reference]));
}

function sourceOf(name: string): ImageSource {
  const sources = imageSources(checkout);
  const source = sources.find((one) => one.name === name);
  if (source) return source;
  throw new SetupError(`There is no image ${name}: images/ has ${sources.map((one) => one.name).join(", ")}.`);
}

/** An image's name by what it is made of; on other bases it is another one. */
function referenceOf({ name, context, dockerfile }: ImageSource, online: boolean): string {
  const also = { bases: online ? "public" : Object.values(localBases).join(" ") };
  return `berth.local/${name}:${contentTag(join(checkout, context), { dockerfile: join(checkout, dockerfile), also })}`;
}

/** Builds one image, or a stage of its Dockerfile. */
export async function buildImage(
  { name, context, dockerfile }: ImageSource,
  reference: string,
  { docker, bases }: Builder,
  progress: Progress,
  target?: string,
): Promise<void> {
  if (await docker.has(reference)) return;
  await progress.step(`Build the image ${name}`, async (note) => {
    const given = Object.entries(bases).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
    const stage = target === undefined ? [] : ["--target", target];
    const where = ["--network=host", "--progress=plain", "--file", join(checkout, dockerfile), join(checkout, context)];
    await docker.run(["build", ...given, ...stage, "--tag", reference, ...where], {
      note: (line) => note(shortened(line)),
    });
    const size = Number(await docker.run(["image", "inspect", "--format={{.Size}}", reference]));
    note(formatSize(size));
  });
}

const shortened = (line: string): string => line.replace(/^#\d+ /, "").slice(0, 60);

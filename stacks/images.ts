import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** An image that is built from the checkout. */
export interface ImageSource {
  /** Name of its folder in `images/`. */
  readonly name: string;
  /** What the build sees, from the checkout. */
  readonly context: string;
  /** From the checkout. */
  readonly dockerfile: string;
}

/**
 * The images that are built from a checkout, by name. The provisioner's is made of the whole checkout, those of
 * workspaces of `images/`.
 */
export function imageSources(checkout: string): readonly ImageSource[] {
  const folder = join(checkout, "images");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "Dockerfile")))
    .sort()
    .map((name) => ({
      name,
      // From the checkout: the same wherever it lies, so that another machine sees no change. Workspaces share the agent,
      // which lies beside them; `<Dockerfile>.dockerignore` lets in what one of them is made of.
      context: name === "provisioner" ? "." : "images",
      dockerfile: `images/${name}/Dockerfile`,
    }));
}

import { join } from "node:path";
import { SetupError } from "../errors.ts";
import type { PulumiInstallation } from "../pulumi-home.ts";
import { cloudFolder } from "../stand-ins/cloud.ts";
import { ensureCloudStandIns, removeCloudStandIns } from "../stand-ins/install.ts";

/** Which plugins serve AWS, Cloudflare and Docker: `BERTH_CLOUD`. */
export type CloudChoice = "official" | "stand-in";

/**
 * What `BERTH_CLOUD` says; without it the stand-ins serve where the CLI was built here, as the official plugins cannot
 * be had there either.
 */
export function chooseCloud(
  { builtHere }: Pick<PulumiInstallation, "builtHere">,
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): CloudChoice {
  const choice = environment.BERTH_CLOUD;
  if (choice === undefined || choice === "") return builtHere ? "stand-in" : "official";
  if (choice === "official" || choice === "stand-in") return choice;
  throw new SetupError(`BERTH_CLOUD is "${choice}". Use "official" or "stand-in", or leave it out.`);
}

/** Puts the stand-ins in place, or takes them away; gives folders for the PATH, where the home is another's. */
export function placeCloud(choice: CloudChoice, home: string): readonly string[] {
  if (choice === "stand-in") return ensureCloudStandIns(home);
  removeCloudStandIns(home);
  return [];
}

/** What people are told before anything runs. */
export function cloudNotice(environment: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const folder = cloudFolder(environment);
  return `AWS, EKS, awsx, Cloudflare and Docker are stand-ins here: nothing real is made. Their cloud: ${join(folder)}`;
}

import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The environment that decides where things lie. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of this checkout. */
export const checkout: string = resolve(import.meta.dirname, "..");

/**
 * The folder of what set-up got or built, shared by all checkouts of this user:
 * `$BERTH_CACHE`, else `$XDG_CACHE_HOME/berth`, else `~/.cache/berth`.
 */
export function cacheFolder(environment: Environment = process.env): string {
  const own = environment.BERTH_CACHE;
  if (own) return resolve(own);
  // The XDG specification says that a relative path is to be ignored.
  const shared = environment.XDG_CACHE_HOME;
  return shared?.startsWith("/") ? join(shared, "berth") : join(environment.HOME || homedir(), ".cache", "berth");
}

/** The folder of what this checkout's platform and provisioner keep: `$BERTH_STATE`, else `.berth` in the checkout. */
export function stateFolder(environment: Environment = process.env): string {
  return environment.BERTH_STATE ? resolve(environment.BERTH_STATE) : join(checkout, ".berth");
}

/** The folders inside a state folder. */
export function stateLayout(state: string = stateFolder()): {
  readonly platform: string;
  readonly postgres: string;
  readonly pulumi: string;
  readonly run: string;
} {
  return {
    platform: join(state, "platform"),
    postgres: join(state, "postgres"),
    pulumi: join(state, "pulumi"),
    run: join(state, "run"),
  };
}

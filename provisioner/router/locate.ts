import { Resolver } from "node:dns/promises";
import { objectNames } from "../../components/workspace/manifests/metadata.ts";

/** Where a program of a workspace answers. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Finds where workspaces answer. */
export interface Locator {
  /** Where a port of a workspace is; null when it has no pod with an address. */
  locate(workspace: string, port: number): Promise<Place | null>;
  /** It may be elsewhere now. */
  forget(workspace: string): void;
}

/** Addresses of a name; empty when it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/**
 * Milliseconds that an address is believed. An address may become another workspace's: the cluster's DNS forgets it after
 * five seconds, and networks give none out again before half a minute.
 */
const believedFor = 2000;

/** Looks in the cluster's DNS: a workspace's Service is headless, so that its name leads to its pod. */
export function createLocator(clusterDomain: string, resolve: Resolve): Locator {
  const known = new Map<string, { readonly address: Promise<string | null>; readonly until: number }>();
  const ask = async (workspace: string): Promise<string | null> => {
    const found = await resolve(`${objectNames.service}.${workspace}.svc.${clusterDomain}`);
    return found[0] ?? null;
  };
  return {
    async locate(workspace, port) {
      const address = await addressOf(workspace);
      return address === null ? null : { address, port };
    },
    forget(workspace) {
      known.delete(workspace);
    },
  };

  function addressOf(workspace: string): Promise<string | null> {
    const now = performance.now();
    const found = known.get(workspace);
    if (found !== undefined && found.until > now) return found.address;
    if (known.size > mostKnown) known.clear();
    const address = ask(workspace);
    const entry = { address, until: now + believedFor };
    known.set(workspace, entry);
    // That there is none holds for nobody but those who ask at the same time.
    const settle = (answer: string | null) => {
      if (answer === null && known.get(workspace) === entry) known.delete(workspace);
    };
    address.then(settle, () => settle(null));
    return address;
  }
}

const mostKnown = 20_000;
const noSuchName: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA"]);

/** Asks DNS servers: those that are named, by address and port; else those of the machine. */
export function createResolve(servers: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  const ask = async (query: Promise<string[]>): Promise<readonly string[]> => {
    try {
      return await query;
    } catch (error) {
      if (error instanceof Error && "code" in error && noSuchName.has(error.code)) return [];
      throw error;
    }
  };
  return async (name) => {
    const found = await ask(resolver.resolve4(name));
    return found.length > 0 ? found : ask(resolver.resolve6(name));
  };
}

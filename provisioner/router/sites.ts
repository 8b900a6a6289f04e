import { createHostReader, type HostRefusal, originOf, type WorkspaceHost } from "./host.ts";
import { ancestorsOf, type OriginRules } from "./origins.ts";
import type { PageFrame } from "./pages.ts";

/** A host with what follows from it alone. */
export interface Site {
  readonly host: WorkspaceHost;
  readonly origin: string;
  /** `Host` as browsers send it. */
  readonly header: string;
  readonly frame: PageFrame;
}

/** Finds the site that a `Host` header names, or says why it is none. */
export function createSites(rules: OriginRules): (header: string | undefined) => Site | HostRefusal {
  const read = createHostReader(rules);
  const sites = new WeakMap<WorkspaceHost, Site>();
  return (header) => {
    const { host, refused } = read(header);
    if (host === undefined) return refused;
    const known = sites.get(host);
    if (known !== undefined) return known;
    const origin = originOf(host.name, rules);
    const site = {
      host,
      origin,
      header: origin.slice(origin.indexOf("//") + 2),
      frame: { ancestors: ancestorsOf(host, rules) },
    };
    sites.set(host, site);
    return site;
  };
}

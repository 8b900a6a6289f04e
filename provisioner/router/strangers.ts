import { type OwnAnswer, problemAnswer, redirectAnswer } from "./answers.ts";
import { originOf } from "./host.ts";
import type { RequestHead } from "./http/request-head.ts";
import { isNavigation, type OriginRules } from "./origins.ts";
import { corsOf } from "./own-routes.ts";
import { strangerPage } from "./pages.ts";
import type { Site } from "./sites.ts";
import { tombstone, tombstoneFor } from "./tombstones.ts";

export interface StrangersDeps {
  readonly rules: OriginRules;
  /** Where the product signs people in; null: nowhere. */
  readonly loginUrl: string | null;
  /** Id of the workspace that has a label now; null when none has. */
  readonly workspaceOf: (label: string) => Promise<string | null>;
}

/** Most characters of the address that the login is told to lead back to. */
const mostReturn = 2000;

/**
 * Answers who has no session. A host that has a workspace, one that had, and one that never had any answer alike: by
 * status, words, fields and time, so that nobody learns from it who is here.
 */
export function createStrangers({ rules, loginUrl, workspaceOf }: StrangersDeps) {
  const login = ({ origin }: Site, target: string): string | null => {
    if (loginUrl === null) return null;
    const url = new URL(loginUrl);
    const back = `${origin}${target}`;
    url.searchParams.append("return", back.length > mostReturn ? `${origin}/` : back);
    return url.href;
  };

  const page = (site: Site, head: RequestHead, headers: Readonly<Record<string, string>>): OwnAnswer => {
    const { host, frame } = site;
    const { method, target, fetchDest } = head;
    const reads = method === "GET" || method === "HEAD";
    if (host.port !== null && reads) {
      // Who is signed in at the bare host is given a session here, too.
      const query = new URLSearchParams({ to: String(host.port), path: target.slice(0, mostReturn) });
      return redirectAnswer(`${originOf(host.label, rules)}/.berth/port?${query}`, headers);
    }
    const address = login(site, reads ? target : "/");
    // A login shows itself in no frame: there it is a link that leaves it.
    const framed = fetchDest === "iframe" || fetchDest === "frame";
    if (address !== null && reads && !framed) return redirectAnswer(address, headers);
    return strangerPage(frame, address, { ...headers, ...challenge });
  };

  return async (site: Site, head: RequestHead): Promise<OwnAnswer> => {
    // Its scripts may have been another workspace's: without an answer they are taken out.
    if (head.serviceWorker) {
      const detail = "There is no such script.";
      return problemAnswer(404, { code: "not-found", title: "There is no such thing", detail }, tombstone);
    }
    if (isNavigation(head)) {
      return page(site, head, await tombstoneFor(head.cookie, () => workspaceOf(site.host.label)));
    }
    const detail = "Open the workspace from where you found it: that gives this browser a session.";
    return problemAnswer(
      401,
      { code: "unauthenticated", title: "You are not signed in", detail },
      { ...corsOf(head, site.host, rules), ...challenge },
    );
  };
}

const challenge = { "WWW-Authenticate": 'Berth realm="workspace"' };

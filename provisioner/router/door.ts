import type { Logger } from "pino";
import { type OwnAnswer, writeAnswer } from "./answers.ts";
import { cookieValues, seenCookie, sessionCookie, sessionCookieUntil } from "./cookies.ts";
import { Exchange, type ExchangeDeps, type Passing } from "./exchange.ts";
import { type Gate, shownPhase, type Visit } from "./gate.ts";
import type { Guesses } from "./guesses.ts";
import { isAcceptance } from "./handshake.ts";
import type { Connection, Serve } from "./http/connection.ts";
import type { BodyTaker } from "./http/party.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { Sweeper } from "./http/sweeper.ts";
import type { Outcome, RouterMetrics } from "./metrics.ts";
import type { OpenThings } from "./open.ts";
import { isByPerson, isFriend, isNavigation, isPreflight, mayAsk, type OriginRules } from "./origins.ts";
import { corsOf, type createOwnRoutes, ownPathOf } from "./own-routes.ts";
import { asleepPage, attentionPage, waitingPage } from "./pages.ts";
import { failureAnswer, headRefusal, hostRefusal, type Refusal, refusalAnswer } from "./refusals.ts";
import { hasTokenInTarget } from "./request-fields.ts";
import { headForBrowser } from "./response-fields.ts";
import { createSites, type Site } from "./sites.ts";
import type { createStrangers } from "./strangers.ts";
import { Tunnel, type TunnelPatience } from "./tunnel.ts";

export interface DoorDeps {
  readonly rules: OriginRules;
  readonly gate: Gate;
  readonly guesses: Guesses;
  readonly own: ReturnType<typeof createOwnRoutes>;
  readonly strangers: ReturnType<typeof createStrangers>;
  /** Makes a session last longer; not waited for. */
  readonly renew: (session: string) => void;
  /** Asks for a sleeping workspace to be woken; not waited for. */
  readonly wake: (visit: Visit) => void;
  readonly addressOf: (peer: string | undefined, forwardedFor: string | undefined) => string;
  readonly exchange: Pick<ExchangeDeps, "pool" | "locator" | "ledger" | "mostBody">;
  readonly open: OpenThings;
  readonly sweeper: Sweeper;
  readonly patience: TunnelPatience;
  readonly metrics: RouterMetrics;
  readonly log: Logger;
}

/** Milliseconds after which a session that is used is made to last longer. */
const renewAfter = 3_600_000;
/** Most bytes of a body for one of our own paths. */
const mostOwnBody = 2048;

/** Decides for each request who sent it and whether it may pass, and sees it through. */
export function createDoor(deps: DoorDeps): Serve {
  const { rules, gate, guesses, own, strangers, exchange, open, metrics, log } = deps;
  const siteOf = createSites(rules);

  const answer = (connection: Connection, head: RequestHead | null, with_: OwnAnswer, outcome: Outcome) => {
    metrics.count(outcome);
    if (!connection.open) return;
    connection.write(writeAnswer(with_, { close: connection.endsNext, head: head?.method === "HEAD" }));
    connection.finish();
  };
  const refused = (refusal: Refusal, site?: Site) => {
    metrics.refuse(refusal);
    log.debug({ refusal, host: site?.host.name }, "A request was refused");
  };
  const refuse = (connection: Connection, head: RequestHead, site: Site, why: Parameters<typeof refusalAnswer>[0]) => {
    refused(why, site);
    const page = isNavigation(head) ? site.frame : null;
    answer(connection, head, refusalAnswer(why, page, corsOf(head, site.host, rules)), "refused");
  };

  /** Answers later: whatever comes of it, and whether or not the browser is still there then. */
  const later = (connection: Connection, head: RequestHead, site: Site, work: () => Promise<void>) => {
    connection.party = absent(connection);
    work().catch((error: unknown) => {
      log.warn({ err: error }, "Who may pass could not be looked up");
      refuse(connection, head, site, "database");
    });
  };

  const addressOf = ({ socket }: Connection, { forwardedFor }: RequestHead) =>
    deps.addressOf(socket.remoteAddress, forwardedFor);
  /** Whether the database is asked nothing more for that address; whoever was somebody a while ago guesses nothing. */
  const isGuessing = (address: string, tokens: readonly string[]) =>
    guesses.exhausted(address) && !tokens.some((token) => gate.remembers(token));

  /** Who has one of these tokens, by the database. */
  const askFor = async (
    site: Site,
    tokens: readonly string[],
    address: string,
  ): Promise<{ visit: Visit; token: string } | null> => {
    for (const token of tokens) {
      const known = gate.known(site.host.name, token);
      metrics.look(known === undefined ? "database" : "memory");
      const visit = known === undefined ? await gate.ask(site.host.name, token) : known;
      if (visit !== null) return { visit, token };
      if (known === undefined) guesses.count(address);
    }
    return null;
  };

  /** What somebody without a session is told. */
  const strange = (site: Site, head: RequestHead, address: string): Promise<OwnAnswer> => {
    if (asksWhatWasSeen(head)) guesses.count(address);
    return strangers(site, head);
  };

  const stranger = (connection: Connection, head: RequestHead, site: Site) =>
    later(connection, head, site, async () => {
      const told = await strange(site, head, addressOf(connection, head));
      refused("stranger", site);
      answer(connection, head, told, "stranger");
    });

  const ownPath = (connection: Connection, head: RequestHead, site: Site, path: string) => {
    const tokens = cookieValues(head.cookie, sessionCookie);
    const address = addressOf(connection, head);
    if (isGuessing(address, tokens)) return refuse(connection, head, site, "too-many-guesses");
    later(connection, head, site, async () => {
      const told = await own(path, {
        head,
        host: site.host,
        frame: site.frame,
        visit: async () => (await askFor(site, tokens, address))?.visit ?? null,
        body: () => readSmallBody(connection),
        stranger: () => strange(site, head, address),
        missed: () => guesses.count(address),
      });
      answer(connection, head, told, "own");
    });
  };

  const fail: ExchangeDeps["fail"] = ({ connection, head, site }, failure) => {
    log.debug({ failure, host: site.host.name }, "A workspace did not answer");
    const page = isNavigation(head) ? site.frame : null;
    const sent = head.method !== "GET";
    answer(connection, head, failureAnswer(failure, page, sent, corsOf(head, site.host, rules)), "failed");
  };

  const upgrade: ExchangeDeps["upgrade"] = (from, backend, head) => {
    const { passing } = from;
    if (!isAcceptance(passing.head, head)) return false;
    metrics.count("upgraded");
    const browser = passing.connection.handOver();
    from.release();
    browser.socket.write(headForBrowser(head, { ...passing.told, close: false }), "latin1");
    const { ledger } = exchange;
    const around = { ledger, open, sweeper: deps.sweeper, patience: deps.patience };
    const tunnel = new Tunnel({ of: from, browser: browser.socket, workspace: backend.socket, ...around });
    tunnel.begin(browser.held, backend.handOver(tunnel.outward).held);
    return true;
  };

  const exchangeDeps: ExchangeDeps = {
    ...exchange,
    ...{ open, fail, upgrade },
    onSent: metrics.sent,
  };

  /** Lets somebody pass as far as the workspace is there to be reached. */
  const pass = (connection: Connection, head: RequestHead, site: Site, visit: Visit, token: string, since: number) => {
    const { port } = visit;
    if (port === null) return refuse(connection, head, site, "port-closed");
    if (visit.phase !== "running" || visit.desired !== "running") return wait(connection, head, site, visit);
    if (!open.hasRoom(visit, head.upgrade !== undefined)) return refuse(connection, head, site, "too-much-open");
    const address = addressOf(connection, head);
    const passing: Passing = {
      ...{ connection, head, site, visit, port, since },
      asked: { host: site.header, scheme: rules.scheme, address },
      told: {
        ancestors: site.frame.ancestors,
        strictTransport: rules.scheme === "https",
        cookies: renewed(visit, token),
      },
    };
    if (head.upgrade === undefined) metrics.count("forwarded");
    new Exchange(passing, exchangeDeps);
  };

  /** Makes a session that is used last longer, and the browser keep its cookie as long. */
  const renewed = (visit: Visit, token: string): readonly string[] | undefined => {
    const now = Date.now();
    if (now - visit.renewedAt < renewAfter) return undefined;
    visit.renewedAt = now;
    deps.renew(visit.session);
    return [sessionCookieUntil(token, visit.endsAt)];
  };

  const wait = (connection: Connection, head: RequestHead, site: Site, visit: Visit) => {
    const navigation = isNavigation(head);
    if (visit.phase === "needs-attention") {
      const told = navigation ? attentionPage(site.frame) : unavailable(head, site, 60);
      return answer(connection, head, told, "waiting");
    }
    const sent = head.method !== "GET";
    const asleep = visit.desired === "stopped";
    // Not for what a forgotten tab asks by itself: nothing would ever sleep.
    const wakes = asleep && isByPerson(head);
    if (wakes) deps.wake(visit);
    const page = () =>
      asleep && !wakes ? asleepPage(site.frame, sent) : waitingPage(site.frame, shownPhase(visit), sent);
    answer(connection, head, navigation ? page() : unavailable(head, site, 1), "waiting");
  };
  const unavailable = (head: RequestHead, { host }: Site, seconds: number): OwnAnswer => {
    const told = failureAnswer("no-answer", null, false, corsOf(head, host, rules));
    return { ...told, status: 503, headers: { ...told.headers, "Retry-After": String(seconds) } };
  };

  return (connection, head) => {
    const since = performance.now();
    if (typeof head === "string") {
      refused(head);
      return answer(connection, null, headRefusal(head), "refused");
    }
    const site = siteOf(head.host);
    if (typeof site === "string") {
      refused(`host-${site}`);
      return answer(connection, head, hostRefusal(site), "refused");
    }
    const path = ownPathOf(head.target);
    if (path !== null) return ownPath(connection, head, site, path);
    if (hasTokenInTarget(head)) return refuse(connection, head, site, "token-in-target");
    if (isPreflight(head)) return preflight(connection, head, site);
    if (!mayAsk(head, site.host, rules)) return refuse(connection, head, site, "cross-origin");

    const tokens = cookieValues(head.cookie, sessionCookie);
    let unknown = false;
    for (const token of tokens) {
      const visit = gate.known(site.host.name, token);
      if (visit === undefined) unknown = true;
      else if (visit !== null) {
        metrics.look("memory");
        return pass(connection, head, site, visit, token, since);
      }
    }
    if (!unknown && !asksWhatWasSeen(head)) return stranger(connection, head, site);
    const address = addressOf(connection, head);
    if (isGuessing(address, tokens)) return refuse(connection, head, site, "too-many-guesses");
    if (!unknown) return stranger(connection, head, site);
    later(connection, head, site, async () => {
      const found = await askFor(site, tokens, address);
      if (!connection.open) return;
      if (found !== null) return pass(connection, head, site, found.visit, found.token, since);
      stranger(connection, head, site);
    });
  };

  /** What a page of a friend may ask is not for the workspace to say: the session that it needs comes with the request itself. */
  function preflight(connection: Connection, head: RequestHead, site: Site) {
    const { origin } = head;
    if (origin === undefined || (origin !== site.origin && !isFriend(origin, site.host, rules))) {
      return refuse(connection, head, site, "cross-origin");
    }
    const asked = head.fields.get("access-control-request-headers");
    const headers = {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Allow-Methods": head.fields.get("access-control-request-method") ?? "GET",
      ...(asked === undefined ? {} : { "Access-Control-Allow-Headers": asked }),
      "Access-Control-Max-Age": "600",
      Vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    };
    answer(connection, head, { status: 204, headers }, "preflight");
  }
}

/** Whether who has no session is told by what the browser saw here last, which the database is asked about. */
function asksWhatWasSeen(head: RequestHead): boolean {
  return isNavigation(head) && cookieValues(head.cookie, seenCookie).length > 0;
}

/** Hears of a connection while nothing is under way that would care. */
function absent(connection: Connection) {
  return { onDrain: () => undefined, onGone: () => undefined, onLate: () => connection.destroy() };
}

/** A small body as text; null when it is none, or not a small one. */
function readSmallBody(connection: Connection): Promise<string | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const taker: BodyTaker = {
      most: mostOwnBody,
      onBytes: (bytes) => parts.push(bytes),
      onEnd: () => resolve(Buffer.concat(parts).toString("utf8")),
      onRefused: () => resolve(null),
    };
    connection.party = { ...absent(connection), onGone: () => resolve(null) };
    connection.readBody(taker);
  });
}

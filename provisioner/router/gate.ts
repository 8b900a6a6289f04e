import { hashSecret, type SessionRow, secretPattern } from "../store/access.ts";
import { readPort } from "./host.ts";
import { portOf, portsOfBlueprint } from "./ports.ts";

/** Somebody with a session, before the host that it is for. */
export interface Visit {
  /** SHA-256 of the session's token: what the session is known by. */
  readonly session: string;
  /** Host below the domain that the session holds for. */
  readonly host: string;
  readonly person: string;
  readonly workspace: string;
  readonly blueprint: string;
  /** The workspace's port that the host leads to; null when browsers may not reach it. */
  readonly port: number | null;
  /** The workspace and the port, for connections that are kept. */
  readonly target: string;
  readonly desired: string;
  readonly phase: string;
  /** Milliseconds since 1970. */
  renewedAt: number;
  expiresAt: number;
  readonly endsAt: number;
}

/** Where a workspace stands, as visitors are told: its phase, or that it is to sleep, whatever has been done for that. */
export function shownPhase({ desired, phase }: Pick<Visit, "desired" | "phase">): string {
  return desired === "stopped" ? "asleep" : phase;
}

/** Why somebody who was let in may stay no longer. */
export type Ending = "revoked" | "stopped";

/** Whether who was let in may stay, by what the database says now. */
export function endingOf(row: SessionRow | undefined, host: string): Ending | null {
  if (row === undefined || !row.may || row.host !== host || !isHostOf(host, row.label)) return "revoked";
  return row.desired === "running" ? null : row.desired === "stopped" ? "stopped" : "revoked";
}

/** Whether a host is the workspace's of that label, bare or with a port. */
function isHostOf(host: string, label: string): boolean {
  return host === label || host.endsWith(`--${label}`);
}

/** What a route notification says. */
export type RouteChange =
  | { readonly kind: "session"; readonly session: string; readonly workspace: string }
  | { readonly kind: "workspace"; readonly workspace: string; readonly label: string };

/** Reads a notification of the database's triggers; null for what is none. */
export function readRouteChange(payload: string): RouteChange | null {
  const [kind, first = "", second = ""] = payload.split(" ");
  if (kind === "session") return { kind, session: first, workspace: second };
  return kind === "workspace" ? { kind, workspace: first, label: second } : null;
}

export interface GateOptions {
  readonly find: (hashes: readonly string[]) => Promise<readonly SessionRow[]>;
  /** Whether changes are heard at the moment: only then is anything remembered. */
  readonly connected: () => boolean;
  /** Milliseconds that an answer of the database is believed: changes are told, so this bounds only what got lost. @default 10000 */
  readonly believedFor?: number;
}

/** Knows who may pass. */
export interface Gate {
  /** Who has this token, as far as is known: null is nobody at this host, undefined has to be asked for. */
  known(host: string, token: string): Visit | null | undefined;
  ask(host: string, token: string): Promise<Visit | null>;
  /** Whether this token was somebody's a while ago: whoever has it guesses nothing. */
  remembers(token: string): boolean;
  /** Something has changed; null: anything may have. */
  forget(change: RouteChange | null): void;
}

interface Entry {
  readonly visit: Visit | null;
  readonly until: number;
}

const anything = "*";
const mostKnown = 50_000;
const mostStrangers = 20_000;

export function createGate({ find, connected, believedFor = 10_000 }: GateOptions): Gate {
  const visits = new Map<string, Entry>();
  const strangers = new Map<string, Entry>();
  const ofWorkspace = new Map<string, Set<string>>();
  const asking = new Map<string, Promise<SessionRow | undefined>>();
  /** What changed while the database was being asked: its answer may not know of it. */
  const missed = new Set<Set<string>>();

  /** Hashes of the tokens that were asked for lately: a browser sends the same one with every request. */
  const hashes = new Map<string, string>();
  const hashOf = (token: string): string => {
    const found = hashes.get(token);
    if (found !== undefined) return found;
    if (hashes.size >= mostStrangers) hashes.clear();
    const hash = hashSecret(token);
    hashes.set(token, hash);
    return hash;
  };

  const drop = (hash: string) => {
    const visit = visits.get(hash)?.visit;
    visits.delete(hash);
    if (visit == null) return;
    const others = ofWorkspace.get(visit.workspace);
    others?.delete(hash);
    if (others?.size === 0) ofWorkspace.delete(visit.workspace);
  };
  const forgetAll = () => {
    visits.clear();
    strangers.clear();
    ofWorkspace.clear();
  };
  const remember = (hash: string, visit: Visit | null) => {
    const until = performance.now() + believedFor;
    if (visit === null) {
      if (strangers.size >= mostStrangers) strangers.clear();
      strangers.set(hash, { visit, until });
      return;
    }
    if (visits.size >= mostKnown) forgetAll();
    visits.set(hash, { visit, until });
    const others = ofWorkspace.get(visit.workspace);
    if (others === undefined) ofWorkspace.set(visit.workspace, new Set([hash]));
    else others.add(hash);
  };

  /** Looks until what it found did not change between the question and the answer. */
  const look = async (hash: string): Promise<SessionRow | undefined> => {
    for (;;) {
      const changed = new Set<string>();
      missed.add(changed);
      try {
        const [row] = await find([hash]);
        if (changed.has(anything) || changed.has(hash) || (row !== undefined && changed.has(row.workspace))) continue;
        // Nobody may have become somebody: then it is not remembered.
        const sure = row !== undefined || changed.size === 0;
        if (sure && connected()) remember(hash, row === undefined ? null : toVisit(row));
        return row;
      } finally {
        missed.delete(changed);
      }
    }
  };

  return {
    known(host, token) {
      if (!secretPattern.test(token)) return null;
      const hash = hashOf(token);
      const entry = visits.get(hash) ?? strangers.get(hash);
      if (entry === undefined || entry.until < performance.now()) return undefined;
      return entry.visit !== null && entry.visit.host === host && entry.visit.expiresAt > Date.now()
        ? entry.visit
        : null;
    },
    async ask(host, token) {
      const hash = hashOf(token);
      const under = asking.get(hash) ?? look(hash).finally(() => asking.delete(hash));
      asking.set(hash, under);
      const row = await under;
      if (row === undefined) return null;
      const visit = visits.get(hash)?.visit ?? toVisit(row);
      return visit !== null && visit.host === host ? visit : null;
    },
    remembers: (token) => visits.has(hashOf(token)),
    forget(change) {
      for (const changed of missed) {
        if (change === null) changed.add(anything);
        else changed.add(change.kind === "session" ? change.session : change.workspace);
      }
      if (change === null) return forgetAll();
      if (change.kind === "session") return drop(change.session);
      for (const hash of [...(ofWorkspace.get(change.workspace) ?? [])]) drop(hash);
      // Whoever was nobody may be let in by it.
      strangers.clear();
    },
  };
}

/** A session's row as a visit; null when it opens nothing. */
function toVisit(row: SessionRow): Visit | null {
  if (!row.may || row.desired === "deleted" || !isHostOf(row.host, row.label)) return null;
  const wanted = row.host === row.label ? null : readPort(row.host.slice(0, -row.label.length - 2));
  const port = wanted === undefined ? null : portOf(portsOfBlueprint(row.blueprint), wanted);
  return {
    session: row.hash,
    host: row.host,
    person: row.person,
    workspace: row.workspace,
    blueprint: row.blueprint,
    port,
    target: `${row.workspace}:${port}`,
    desired: row.desired,
    phase: row.phase,
    renewedAt: row.renewedAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    endsAt: row.endsAt.getTime(),
  };
}

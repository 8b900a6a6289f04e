import { hostLabelProblem } from "../../components/core/names.ts";

/** Where workspaces are. */
export interface HostRules {
  readonly baseDomain: string;
  readonly scheme: "http" | "https";
  /** Port that browsers name; without one the scheme's own, which they do not. */
  readonly port?: number | undefined;
  /** Names below the domain that are never a workspace's, such as the API's. */
  readonly taken?: readonly string[];
}

/** One host of one workspace. */
export interface WorkspaceHost {
  /** What the workspace is called. */
  readonly label: string;
  /** Which of its ports is meant, by number or name; null: the one that its bare host leads to. */
  readonly port: number | string | null;
  /** What stands before the domain: `alice`, `3000--alice`. */
  readonly name: string;
}

/** Why a host is none of ours. */
export type HostRefusal = "missing" | "malformed" | "punycode" | "port" | "foreign" | "depth" | "label" | "reserved";

export type HostReading =
  | { readonly host: WorkspaceHost; readonly refused?: never }
  | { readonly refused: HostRefusal; readonly host?: never };

/** Ports that a browser may name. The lower ones are no program's of a workspace. */
const leastPort = 1024;
const mostPort = 65_535;

/** What a `Host` header names: exactly one label below the domain, `<label>` or `<port>--<label>`, on our port. */
export function readHost(header: string | undefined, rules: HostRules): HostReading {
  if (header === undefined || header === "") return { refused: "missing" };
  // No user, no IP literal, no other script, no escape: nothing that two programs could read in two ways.
  const [, full, given] = /^([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?$/.exec(header) ?? [];
  if (full === undefined || full.endsWith(".") || full.startsWith(".")) return { refused: "malformed" };
  const name = full.toLowerCase();
  if (!isOurPort(given, rules)) return { refused: "port" };
  if (!name.endsWith(`.${rules.baseDomain}`)) return { refused: "foreign" };
  const below = name.slice(0, -rules.baseDomain.length - 1);
  if (below.includes(".")) return { refused: "depth" };
  if (/(^|--)xn--/.test(below)) return { refused: "punycode" };
  if (rules.taken?.includes(below) === true) return { refused: "reserved" };
  const [, before, label = below] = /^(.*?)--(.*)$/.exec(below) ?? [];
  const problem = hostLabelProblem(label);
  if (problem !== null) return { refused: problem.code === "reserved" ? "reserved" : "label" };
  const port = before === undefined ? null : readPort(before);
  return port === undefined ? { refused: "label" } : { host: { label, port, name: below } };
}

function isOurPort(given: string | undefined, { scheme, port }: HostRules): boolean {
  const usual = scheme === "https" ? 443 : 80;
  return given === undefined ? (port ?? usual) === usual : given === String(port ?? usual);
}

/** A port as it stands in a host name: a number without leading zeros, or a blueprint's name of one. */
export function readPort(text: string): number | string | undefined {
  if (/^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/.test(text) && !text.includes("--")) return text;
  const number = /^[1-9]\d{3,4}$/.test(text) ? Number(text) : 0;
  return number >= leastPort && number <= mostPort ? number : undefined;
}

/** Host below the domain of one of a workspace's ports. */
export function hostName(label: string, port: number | string | null): string {
  return port === null ? label : `${port}--${label}`;
}

/** Origin of a host, as browsers write it. */
export { urlOf as originOf } from "../workspaces/settings.ts";

/** Reads hosts, and remembers what it read: a browser names the same one in every request. */
export function createHostReader(rules: HostRules): (header: string | undefined) => HostReading {
  const known = new Map<string, HostReading>();
  return (header) => {
    const found = header === undefined ? undefined : known.get(header);
    if (found !== undefined) return found;
    const reading = readHost(header, rules);
    // Only what can be a workspace's: strangers' inventions would push it out.
    if (header === undefined || reading.host === undefined) return reading;
    if (known.size >= mostKnown) known.clear();
    known.set(header, reading);
    return reading;
  };
}

const mostKnown = 20_000;

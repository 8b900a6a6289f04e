/** What the names of the router's own cookies begin with. `__Host-` keeps them to one host, whatever siblings set. */
const ourPrefix = "__Host-berth-";
const ours = /__host-berth-/i;

/** The session's token. */
export const sessionCookie = `${ourPrefix}session`;
/** What the page that exchanges a code proves that it is ours with. */
export const nonceCookie = `${ourPrefix}nonce`;
/** Which workspace the browser saw at this host last. */
export const seenCookie = `${ourPrefix}seen`;

/**
 * Attributes of every cookie of ours. In a frame of the product's page a browser sends none but those that are allowed to
 * (`SameSite=None`), each kept apart by the page around (`Partitioned`).
 */
const attributes = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned";

/** A cookie of ours for so many seconds; 0 takes it away. */
export function ourCookie(name: string, value: string, seconds: number): string {
  return `${name}=${value}; Max-Age=${seconds}; ${attributes}`;
}

/** Most cookies of one name that are looked at: a browser may keep one apart for each page around, and one besides. */
const mostOfOneName = 4;

/** The values that a `Cookie` header has for a name. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  if (header?.includes(name) !== true) return [];
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) values.push(pair.slice(at + 1).trim());
  }
  return values.slice(0, mostOfOneName);
}

/** Credentials of the platform's API, wherever they stand. */
export const platformToken = /berth_[a-z2-7]{16}_[a-z2-7]{52}/i;

/**
 * A `Cookie` header without what is not the workspace's: each pair in which a name of ours stands anywhere, as another
 * reader may part pairs elsewhere, and those that hold a credential of the platform. Undefined when nothing is left.
 */
export function withoutOurCookies(header: string): string | undefined {
  if (!/berth/i.test(header)) return header;
  const left = header.split(";").filter((pair) => !ours.test(pair) && !platformToken.test(pair));
  const text = left.join(";").trim();
  return text === "" ? undefined : text;
}

/**
 * A `Set-Cookie` of a workspace as far as it may go: for its own host only, and never one of ours. Null when nothing of it
 * may.
 */
export function confinedCookie(header: string): string | null {
  const [pair = "", ...rest] = header.split(";");
  // Without a name, what looks like one would be sent as one.
  if (ours.test(pair)) return null;
  if (!/domain/i.test(header)) return header;
  const kept = rest.filter((attribute) => attribute.split("=", 1)[0]?.trim().toLowerCase() !== "domain");
  return [pair, ...kept].join(";");
}

/** Takes away the cookies that a browser sends for a host, as far as their names tell: those of its own, for all paths. */
export function expireCookies(header: string | undefined): readonly string[] {
  const names = (header ?? "").split(";").map((pair) => pair.split("=", 1)[0]?.trim() ?? "");
  return [...new Set(names)]
    .filter((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/.test(name) && !name.startsWith(ourPrefix))
    .slice(0, 50)
    .flatMap((name) => [
      `${name}=; Max-Age=0; Path=/; Secure`,
      `${name}=; Max-Age=0; Path=/; Secure; SameSite=None; Partitioned`,
    ]);
}

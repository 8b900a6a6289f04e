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

/** The session's cookie, until that ends; in milliseconds since 1970. */
export function sessionCookieUntil(token: string, endsAt: number): string {
  return ourCookie(sessionCookie, token, Math.max(1, Math.floor((endsAt - Date.now()) / 1000)));
}

/** Most cookies of one name that are looked at: a browser may keep one apart for each page around, and one besides. */
const mostOfOneName = 4;

/** The values that a `Cookie` header has for a name. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  if (header === undefined) return none;
  let values: string[] | undefined;
  // Not by splitting it all: browsers send a session's cookie with every request, and others beside it.
  for (let at = header.indexOf(name); at >= 0; at = header.indexOf(name, at + name.length)) {
    const begin = header.lastIndexOf(";", at) + 1;
    const equals = header.indexOf("=", at);
    const end = header.indexOf(";", at);
    if (equals < 0 || (end >= 0 && equals > end) || header.slice(begin, equals).trim() !== name) continue;
    values ??= [];
    if (values.push(header.slice(equals + 1, end < 0 ? undefined : end).trim()) === mostOfOneName) break;
  }
  return values ?? none;
}

const none: readonly string[] = [];

/** Credentials of the platform's API, wherever they stand. */
export const platformToken = /berth_[a-z2-7]{16}_[a-z2-7]{52}/i;

/**
 * A `Cookie` header without what is not the workspace's: each pair in which a name of ours stands anywhere, as another
 * reader may part pairs elsewhere, and those that hold a credential of the platform. Undefined when nothing is left.
 */
export function withoutOurCookies(header: string): string | undefined {
  if (!/berth/i.test(header)) return header;
  const text = withoutOnlyOne(header) ?? withoutAll(header);
  return text === "" ? undefined : text;
}

/** The usual case, which every request is: one cookie of ours, and nothing else that is like one. */
function withoutOnlyOne(header: string): string | undefined {
  const at = header.search(/berth/i);
  if (!header.startsWith(ourPrefix, at - 7) || /berth/i.test(header.slice(at + 5))) return undefined;
  const begin = header.lastIndexOf(";", at);
  const end = header.indexOf(";", at);
  if (begin < 0) return end < 0 ? "" : header.slice(end + 1).trim();
  return header.slice(0, begin) + (end < 0 ? "" : header.slice(end));
}

function withoutAll(header: string): string {
  const left = header.split(";").filter((pair) => !ours.test(pair) && !platformToken.test(pair));
  return left.join(";").trim();
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

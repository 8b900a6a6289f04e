import { createHash, randomBytes } from "node:crypto";

/** Most characters of a host label, so that later prefixes such as a port's (`3000--label`) still fit one DNS label. */
export const hostLabelMaxLength = 40;

const base32 = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * A new random id of a workspace (`ws-…`), an operation (`op-…`) or a kept volume (`vol-…`): 16 characters of a-z, 2-7,
 * that is 80 random bits.
 */
export function newId(kind: "ws" | "op" | "vol"): string {
  return `${kind}-${encodeBase32(randomBytes(10))}`;
}

/** Why a host label cannot be had, and what to do. */
export interface HostLabelProblem {
  /** `invalid`: no label of that form is ever given. `reserved`: it is, or looks like, a name of the platform's own. */
  readonly code: "invalid" | "reserved";
  readonly fix: string;
}

/**
 * Says why `label` cannot be a workspace's host label, or null when it can (it may still be taken).
 * A valid label is one DNS label of at most 40 characters of a-z, 0-9 and '-', neither beginning nor ending with '-',
 * without `--` (which parts ports from labels, and marks punycode), and not one of the platform's own names nor one
 * that looks like it.
 */
export function hostLabelProblem(label: string): HostLabelProblem | null {
  if (label.length === 0) return invalid("Give at least one character.");
  // Before anything else: look-alikes from other scripts ("аdmin" with a Cyrillic а) must not reach any later rule.
  if (!/^[\x21-\x7e]*$/.test(label)) return invalid("Use only a-z, 0-9 and '-': no blanks and no other scripts.");
  if (label !== label.toLowerCase()) return invalid(`Write it in lower case: '${shown(label.toLowerCase())}'.`);
  if (!/^[a-z0-9-]*$/.test(label)) return invalid("Use only a-z, 0-9 and '-'.");
  if (label.length > hostLabelMaxLength) return invalid(`Use at most ${hostLabelMaxLength} characters.`);
  if (label.startsWith("-") || label.endsWith("-")) return invalid("Do not begin or end with '-'.");
  if (label.startsWith("xn--")) return invalid("'xn--' marks a name of another script: use only a-z, 0-9 and '-'.");
  if (label.includes("--")) return invalid("Use no two '-' in a row.");
  if (isReservedHostLabel(label)) {
    return { code: "reserved", fix: "It is, or looks like, a name of the platform's own: choose another." };
  }
  return null;
}

/** A host label made of owner and name: a readable slug and a hash of both, always valid, never reserved. */
export function deriveHostLabel(owner: string, name: string, attempt = 0): string {
  const hash = shortHash(JSON.stringify(attempt === 0 ? [owner, name] : [owner, name, attempt]));
  const slug = slugify(`${owner}-${name}`, hostLabelMaxLength - hash.length - 1);
  return slug === "" ? `u-${hash}` : `${slug}-${hash}`;
}

/**
 * An owner as a Kubernetes label value: as it is where that is one, else a slug with a hash. Different owners have
 * different values.
 */
export function ownerLabelValue(owner: string): string {
  // A value that ends like a hashed one is hashed too, or two owners could meet in it.
  const asItIs = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(owner) && !/--[a-z2-7]{12}$/.test(owner);
  if (asItIs) return owner;
  const slug = slugify(owner, 63 - 14);
  return `${slug === "" ? "u" : slug}--${shortHash(owner)}`;
}

/** Whether a label is one of the platform's own names, or can be mistaken for one (`adm1n`, `4pi`, `log-in`). */
export function isReservedHostLabel(label: string): boolean {
  return reservedPattern.test(label);
}

/** Names that a visitor would take for the platform's own, or that DNS, mail and certificates give a meaning. */
export const reservedHostLabels: readonly string[] = [
  ...["www", "web", "api", "app", "apps", "admin", "administrator", "root", "system", "internal", "localhost", "local"],
  ...["auth", "oauth", "sso", "oidc", "saml", "login", "logout", "signin", "signup", "signout", "register", "account"],
  ...["accounts", "password", "verify", "secure", "security", "dashboard", "console", "panel", "portal", "manage"],
  ...["docs", "help", "support", "status", "blog", "about", "legal", "privacy", "terms", "billing", "pay", "payment"],
  ...["payments", "invoice", "checkout", "shop", "store", "abuse", "postmaster", "hostmaster", "webmaster", "noreply"],
  ...["mail", "email", "smtp", "imap", "pop", "mx", "ns", "dns", "ftp", "ssh", "vpn", "proxy", "gateway", "router"],
  ...["autoconfig", "autodiscover", "wpad", "isatap", "cdn", "static", "assets", "media", "files", "git", "registry"],
  ...["metrics", "health", "monitoring", "grafana", "webhook", "webhooks", "callback", "staging", "prod"],
  ...["production", "berth", "provisioner", "platform", "kubernetes", "cluster", "workspace", "workspaces"],
];

/** What each letter is mistaken for among the characters that a label may have. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: "[a4]",
  b: "[b8]",
  e: "[e3]",
  g: "[g96]",
  i: "[i1l]",
  l: "[l1]",
  m: "(?:m|rn)",
  o: "[o0]",
  s: "[s5]",
  t: "[t7]",
  w: "(?:w|vv)",
  z: "[z2]",
};

/** Numbered ones (`www2`, `ns1`, `mx10`) are reserved too where servers are numbered by habit. */
const numbered: ReadonlySet<string> = new Set(["www", "ns", "dns", "mx", "mail", "smtp", "imap", "pop", "ftp"]);

const reservedPattern = new RegExp(
  `^(?:${reservedHostLabels
    .map(
      (name) =>
        [...name].map((letter) => lookAlikes[letter] ?? letter).join("-?") + (numbered.has(name) ? "-?\\d*" : ""),
    )
    .join("|")})$`,
);

/** 12 characters of a-z, 2-7: 60 bits of SHA-256, so that a million names meet with a chance below one in a million. */
function shortHash(text: string): string {
  return encodeBase32(createHash("sha256").update(text).digest()).slice(0, 12);
}

/** Lower-case letters and digits, runs of anything else as one '-', at most `length` long. */
function slugify(text: string, length: number): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, length + 1)
    .replace(/^-/, "")
    .slice(0, length)
    .replace(/-$/, "");
}

function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

function invalid(fix: string): HostLabelProblem {
  return { code: "invalid", fix };
}

function shown(label: string): string {
  return label.slice(0, hostLabelMaxLength);
}

import { isRecord } from "../../rule.ts";

/** What a secret looks like, by its form alone. Only forms that hardly anything else has. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/],
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  ["an access key of AWS", /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/],
  // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  // https://api.slack.com/authentication/token-types
  ["a token of Slack", /\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}/],
  ["a webhook of Slack", /\bhooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/],
  // https://docs.stripe.com/keys
  ["a key of Stripe", /\b[sr]k_live_[A-Za-z0-9]{16,}/],
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  ["a webhook's secret", /\bwhsec_[A-Za-z0-9+/=]{24,}/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["an access token of Pulumi", /\bpul-[0-9a-f]{40}\b/],
  ["a key of Google", /\bAIza[0-9A-Za-z_-]{35}/],
  ["a signed token (JWT)", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ["a URL with a password", /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@?#"']*:(?![$<{*(])[^\s/@?#"']+@/i],
  ["a URL with a password", /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"']{1,2000}?[?&]password=(?![$<{*(&])[^\s&"']+/i],
];

/** What a text holds that should be secret: "an access key of AWS"; null where nothing looks like it. */
export function secretIn(text: string): string | null {
  return forms.find(([, form]) => form.test(text))?.[0] ?? null;
}

const secretWords = new Set(["password", "passwd", "passphrase", "secret", "token"]);
const secretPairs = new Set(["api key", "access key", "private key", "secret key", "signing key", "encryption key"]);

/**
 * Whether a name promises a secret by its last word: `DB_PASSWORD`, `apiToken`, `client-secret`; not `TOKEN_URL`, nor a
 * chart's `existingSecretKey`.
 */
export function promisesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
  if (words.includes("existing")) return false;
  return secretWords.has(words.at(-1) ?? "") || secretPairs.has(words.slice(-2).join(" "));
}

/** Whether a value only says where the secret is, or is none: a variable, an ARN, a path, a URL, a number, a switch. */
function isReference(value: string): boolean {
  const text = value.trim();
  return (
    /^(?:true|false|null|none|\d+(?:\.\d+)?[a-z]{0,2})?$/i.test(text) ||
    /^(?:\$|<|\{\{|%|\*+$)/.test(text) ||
    /^(?:arn:|\/|\.{1,2}\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(text) ||
    // A Secret's name, as in `existingSecret: grafana-admin`.
    /^[a-z]+(?:-[a-z]+)+$/.test(text)
  );
}

/** Files whose lines are names and values. */
const settingsFile = /\.(?:env|properties|ini|conf|cnf|toml|ya?ml)$|^\.env$/i;

/** A plain secret, and where it is. */
export interface PlainSecret {
  /** Names on the way to it: `["data", "db.json", "password"]`. */
  readonly path: readonly string[];
  /** What it is, for people: "a private key", "a literal value". */
  readonly what: string;
}

/**
 * The plain secrets in a value, at any depth, and in texts that hold JSON or settings: by their form, or by a name that
 * promises a secret and has a literal value. Never gives the secret itself.
 */
export function plainSecrets(value: unknown, path: readonly string[] = []): readonly PlainSecret[] {
  if (typeof value === "string") return inText(value, path);
  if (Array.isArray(value)) return value.flatMap((inner: unknown, index) => plainSecrets(inner, [...path, `${index}`]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => plainSecrets(inner, [...path, key]));
}

function inText(text: string, path: readonly string[]): readonly PlainSecret[] {
  const name = path.at(-1) ?? "";
  const form = secretIn(text);
  if (form !== null) return [{ path, what: form }];
  if (promisesSecret(name) && !text.includes("\n") && !isReference(text)) return [{ path, what: "a literal value" }];
  const json = asJson(text);
  if (json !== undefined) return plainSecrets(json, path);
  return settingsFile.test(name) ? inLines(text, path) : [];
}

function inLines(text: string, path: readonly string[]): readonly PlainSecret[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", value = ""] =
      /^\s*(?:export\s+)?([\w.-]+)\s*[:=]\s*["']?([^"'#\s]+)["']?\s*(?:#.*)?$/.exec(line) ?? [];
    return promisesSecret(name) && !isReference(value) ? [{ path: [...path, name], what: "a literal value" }] : [];
  });
}

function asJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What looks like a credential wherever it stands. */
const patterns: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g,
  /(?<=\bBearer\s+)[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s:@/]{1,256}:)[^\s@/]+(?=@)/g,
  /(?<=\b(?:password|passphrase|secret|token|client-key-data|api[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',}]{4,}/gi,
];

/** Shorter strings would blot out ordinary words. */
const shortestSecret = 6;

/** A function that takes known secrets, and what looks like one, out of a text. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, "[secret]");
    for (const pattern of patterns) clean = clean.replace(pattern, "[secret]");
    return clean;
  };
}

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { TokenScope } from "../contract/answers.ts";
import type { StoredToken, TokenStore } from "./stores.ts";

/** A token as it is sent: `berth_<id>_<secret>`, 16 and 52 characters of a-z, 2-7; the secret has 256 random bits. */
export const tokenPattern = /^berth_([a-z2-7]{16})_[a-z2-7]{52}$/;

/** SHA-256 in hex: enough for what is random and long; slow hashes are for what people think up. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Whether two hashes are the same, in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "hex"), Buffer.from(b, "hex")];
  return left.length === right.length && timingSafeEqual(left, right);
}

export interface NewToken {
  readonly name: string;
  readonly scope: TokenScope;
  readonly owner?: string | undefined;
  readonly expiresInDays?: number | undefined;
}

/** Makes and stores a token. Its secret is in the answer and nowhere else. */
export async function issueToken(
  tokens: TokenStore,
  wanted: NewToken,
  now: Date,
): Promise<{ readonly token: StoredToken; readonly secret: string }> {
  const id = base32(randomBytes(10));
  const secret = `berth_${id}_${base32(randomBytes(33)).slice(0, 52)}`;
  const token: StoredToken = {
    id,
    name: wanted.name,
    scope: wanted.scope,
    owner: wanted.owner ?? null,
    hash: hashToken(secret),
    createdAt: now,
    expiresAt: wanted.expiresInDays === undefined ? null : new Date(now.getTime() + wanted.expiresInDays * 86_400_000),
    revokedAt: null,
  };
  await tokens.add(token);
  return { token, secret };
}

/** At the very first start: an admin token, to be printed once. Null when there is a valid one already. */
export async function ensureAdminToken(tokens: TokenStore, now: Date): Promise<string | null> {
  const all = await tokens.list();
  if (all.some((token) => token.scope === "admin" && isValid(token, now))) return null;
  return (await issueToken(tokens, { name: "first admin", scope: "admin" }, now)).secret;
}

export function isValid(token: StoredToken, now: Date): boolean {
  return token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);
}

function base32(bytes: Uint8Array): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five, 2))).join("");
}

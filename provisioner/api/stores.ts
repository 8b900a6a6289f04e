import type { TokenScope } from "../contract/answers.ts";

/** A token as it is kept: its secret only as a hash. */
export interface StoredToken {
  /** 16 characters of a-z, 2-7; stands in the token itself. */
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Set with the scope `user`, and only then. */
  readonly owner: string | null;
  /** SHA-256 of the whole token, in hex. */
  readonly hash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Where tokens are kept. */
export interface TokenStore {
  add(token: StoredToken): Promise<void>;
  find(id: string): Promise<StoredToken | null>;
  /** Newest first, revoked and expired ones too. */
  list(): Promise<readonly StoredToken[]>;
  /** Marks it revoked; the first time stays. False when there is none of that id. */
  revoke(id: string, at: Date): Promise<boolean>;
}

/** Which webhook messages were dealt with, so that a repeated or replayed one is answered and not done again. */
export interface WebhookStore {
  seen(id: string): Promise<boolean>;
  /** Called after the message was dealt with: dying before it does the message again, which changes nothing. */
  remember(id: string, type: string, at: Date): Promise<void>;
}

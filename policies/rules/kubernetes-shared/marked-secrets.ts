import type { ResourceSubject } from "../../rule.ts";

/** Whether a value, or what it is in, is marked secret; false where marks cannot be told. */
export function isMarkedSecret({ secrets = [] }: ResourceSubject, path: readonly string[]): boolean {
  const text = path.join(".");
  return secrets.some((secret) => text === secret || text.startsWith(`${secret}.`));
}

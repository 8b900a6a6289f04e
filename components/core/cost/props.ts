/** Why a resource cannot be priced. */
export class NotPricedError extends Error {
  override readonly name: string = "NotPricedError";
}

/** The same, where it may be once a preview's unknown values are known. */
export class NotKnownError extends NotPricedError {
  override readonly name = "NotKnownError";

  constructor(path: readonly (string | number)[]) {
    super(`${path.join(".")} is not known yet`);
  }
}

/** What a path leads to, where there is anything. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (at === undefined || at === null) return undefined;
    if (typeof at !== "object") throw new NotKnownError(path);
    at = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  return at ?? undefined;
}

/** A text; the other one where there is none. Throws where a preview does not know it yet. */
export function textAt<Otherwise>(value: unknown, path: readonly (string | number)[], otherwise: Otherwise) {
  const found = valueAt(value, ...path);
  if (found === undefined) return otherwise;
  if (typeof found !== "string") throw new NotKnownError(path);
  return found;
}

/** A number that is not negative; the other one where there is none. Throws where a preview does not know it yet. */
export function numberAt<Otherwise>(value: unknown, path: readonly (string | number)[], otherwise: Otherwise) {
  const found = valueAt(value, ...path);
  if (found === undefined) return otherwise;
  if (typeof found !== "number" || !(found >= 0)) throw new NotKnownError(path);
  return found;
}

/** Whether something is true; false where nothing is said. Throws where a preview does not know it yet. */
export function isTrueAt(value: unknown, path: readonly (string | number)[]): boolean {
  const found = valueAt(value, ...path);
  if (found === undefined) return false;
  if (typeof found !== "boolean") throw new NotKnownError(path);
  return found;
}

/** A list; none where nothing is said. Throws where a preview does not know it yet. */
export function listAt(value: unknown, path: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  if (found === undefined) return [];
  if (!Array.isArray(found)) throw new NotKnownError(path);
  return found;
}

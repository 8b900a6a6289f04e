import { z } from "zod";
import { ownershipTags } from "../../../components/core/tags.ts";
import { isRecord, isUnknown, read } from "../../rule.ts";

/** Tags that say whose something is; the values of each rule that asks for them. */
export const tagValues = z.object({
  keys: z
    .array(z.string().min(1))
    .default(Object.keys(ownershipTags({ installation: "", stack: "", owner: "", costCentre: "" })))
    .meta({ description: "Tags that must be there, and not be empty." }),
});

/** Those of the keys that are in none of the maps, or empty there; none where one of the maps is not known yet. */
export function missingTags(keys: readonly string[], ...maps: readonly unknown[]): readonly string[] {
  if (maps.some(isUnknown)) return [];
  return keys.filter((key) =>
    maps.every((tags) => {
      const value = read(tags, key);
      return value === undefined || value === "";
    }),
  );
}

/** The tags that an AWS provider gives to all that it makes. Providers get their inputs as JSON. */
export function defaultTagsOf(provider: { readonly props: unknown }): unknown {
  const written = read(provider.props, "defaultTags");
  if (isUnknown(written)) return written;
  const tags = typeof written === "string" ? parseJson(written) : written;
  return read(tags, "tags");
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

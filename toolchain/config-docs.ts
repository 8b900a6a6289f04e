import { platformConfig } from "../stacks/config.ts";
import { derivePlatform } from "../stacks/derive.ts";
import { project } from "../stacks/project.ts";
import { code, type KeyContext, keysIn, needed, type SchemaKey, sentence, tableOf } from "./schema-docs.ts";

/** Every key that a person may write, section by section. */
export function configKeys(): Readonly<Record<string, readonly SchemaKey[]>> {
  return Object.fromEntries(Object.entries(platformConfig.shape).map(([key, part]) => [key, keysIn(part, key, known)]));
}

const markers = ["<!-- configuration:start -->", "<!-- configuration:end -->"] as const;

/** A page with the reference of the configuration between its markers. */
export function withReference(page: string): string {
  const [start, end] = markers.map((marker) => page.indexOf(marker));
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error(`The page has no ${markers.join(" … ")}`);
  }
  return `${page.slice(0, start)}${markers[0]}\n\n${renderReference()}\n\n${page.slice(end)}`;
}

function renderReference(): string {
  const sections = Object.entries(configKeys());
  const single = sections.flatMap(([, keys]) => (keys.length === 1 ? keys : []));
  const tables = sections.flatMap(([section, [own, ...inner]]) => {
    if (own === undefined || inner.length === 0) return [];
    const about = `${sentence(own.about)}${own.otherwise === needed ? " Must be there." : ""}`;
    return [[`### \`${project}:${section}\``, "", about, "", ...tableOf(inner)].join("\n")];
  });
  return [["### Single keys", "", ...tableOf(single)].join("\n"), ...tables].join("\n\n");
}

/** What follows from other keys, in a configuration that has them all: what a person need not, and may not write. */
const { values: derivedValues, derived } = derivePlatform(["desktop", "home", "ide", "provisioner", "sandbox"])({
  installation: "prod",
  edge: { serves: "tunnel", tunnel: {}, loadBalancer: {} },
});

const known: KeyContext = {
  leavesOut: (path) => derived.some(({ option, free }) => option === path && !free),
  otherwise(path, own, optional) {
    const key = derived.find(({ option }) => option === path);
    const value = valueAt(derivedValues, path.split("."));
    if (key !== undefined) {
      return `follows from \`${key.from}\`: ${value === undefined ? `${own} or another` : code(value)}`;
    }
    const from = new Set(
      derived.filter(({ option }) => option.startsWith(`${path}.`)).map((inner) => `\`${inner.from}\``),
    );
    if (from.size === 0 || (own === undefined && optional)) return undefined;
    return own === undefined ? "" : `follow from ${[...from].join(", ")}`;
  },
};

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? Object.entries(at).find(([name]) => name === key)?.[1] : undefined,
    value,
  );
}

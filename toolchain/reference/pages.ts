import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { checkout } from "../paths.ts";
import { keysIn, type SchemaKey } from "../schema-docs.ts";
import type { Entry } from "./read.ts";

/** The options of one spec. */
export interface Options {
  /** Name of the type that one writes: `NetworkSpecInput`. */
  readonly name: string;
  readonly about: string;
  readonly keys: readonly SchemaKey[];
}

/** What one page shows. */
export interface Page {
  /** Folder of the components: `network`; `shared` for what is no domain's own. */
  readonly domain: string;
  readonly components: readonly Entry[];
  readonly options: readonly Options[];
  /** Functions, values and types beside them. */
  readonly others: readonly Entry[];
}

/** Everything that is exported, in pages, each in the order of `components/index.ts`. */
export async function pagesOf(entries: readonly Entry[]): Promise<readonly Page[]> {
  const specs = entries.filter(({ name, kind }) => kind === "type" && /Spec(Input)?$/.test(name));
  const shown = entries.filter((entry) => !specs.includes(entry) && !isPartOfComponent(entry, entries));
  const domains = [...new Set(entries.map(domainOf))].sort(byDomain);
  return Promise.all(
    domains.map(async (domain) => {
      const here = (entry: Entry) => domainOf(entry) === domain;
      const inputs = specs.filter((entry) => here(entry) && entry.name.endsWith("Input"));
      return {
        domain,
        components: shown.filter((entry) => here(entry) && isComponent(entry)),
        options: await Promise.all(inputs.map(optionsOf)),
        others: shown.filter((entry) => here(entry) && !isComponent(entry)),
      };
    }),
  );
}

/** Whether it is a component: a class that is made of arguments. */
export function isComponent({ kind, args }: Entry): boolean {
  return kind === "class" && args !== undefined;
}

/** The page that shows it. */
export function domainOf({ file }: Entry): string {
  const [, folder = "", ...rest] = file.split("/");
  return rest.length === 0 || folder === "core" ? shared : folder;
}

/** How it is imported from the package. */
export function importPathOf({ file }: Entry): string {
  const [, folder = "", ...rest] = file.split("/");
  return `berth/${rest.length === 0 ? basename(folder, ".ts") : folder}`;
}

/** The page of what is no domain's own. */
export const shared = "shared";

function byDomain(one: string, other: string): number {
  return Number(one === shared) - Number(other === shared) || (one < other ? -1 : 1);
}

/** Interfaces that a component's own section shows: its arguments, its children, what may be changed of them. */
function isPartOfComponent({ name }: Entry, entries: readonly Entry[]): boolean {
  return entries.some((entry) => {
    if (!isComponent(entry)) return false;
    const { args, members } = entry;
    const ofArgs = entries.find((one) => one.name === args)?.members ?? [];
    const own = [...members, ...ofArgs].filter((member) => member.name === "nodes" || member.name === "transform");
    return name === args || own.some(({ type }) => type === name);
  });
}

/** The options that a type stands for: `NetworkSpecInput` is what one writes of the schema `networkSpec` beside it. */
async function optionsOf({ name, file }: Entry): Promise<Options> {
  const schemaName = `${name.charAt(0).toLowerCase()}${name.slice(1).replace(/Input$/, "")}`;
  const module: object = await import(pathToFileURL(join(checkout, file)).href);
  const schema: unknown = Object.entries(module).find(([key]) => key === schemaName)?.[1];
  if (!(schema instanceof z.ZodType)) throw new Error(`${file} has no schema ${schemaName} for the type ${name}.`);
  return { name, about: "", keys: keysIn(schema, "").slice(1) };
}

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { checkPlatform } from "../../stacks/check-platform.ts";
import { type PlatformConfig, platformConfig } from "../../stacks/config.ts";
import { derivePlatform } from "../../stacks/derive.ts";
import { readConfig } from "../../stacks/read-config.ts";

/** Images that are built here, as far as a configuration knows of them. */
export const builtImages = ["desktop", "home", "ide", "provisioner", "sandbox"] as const;

const file = z.object({ config: z.record(z.string(), z.unknown()) });

/** What is written in `Pulumi.<stack>.yaml`, by key, without the project's name. */
export function shippedConfig(stack: "dev" | "prod"): Record<string, unknown> {
  const url = new URL(`../../Pulumi.${stack}.yaml`, import.meta.url);
  const { config } = file.parse(parse(readFileSync(url, "utf8")));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^berth:/, ""), value]));
}

/** Values by the path of their key (`network.zones[0]`); `undefined` takes the key out. */
export type Changes = Readonly<Record<string, unknown>>;

/** The same configuration with some values changed. */
export function changed(config: Readonly<Record<string, unknown>>, changes: Changes): Record<string, unknown> {
  const copy = z.record(z.string(), z.unknown()).parse(structuredClone(config));
  for (const [path, value] of Object.entries(changes)) put(copy, path.split(/[.[\]]+/).filter(Boolean), value);
  return copy;
}

/** The configuration as Pulumi hands it over, read as the stacks read it. */
export function readPlatform(
  config: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = [],
): PlatformConfig {
  const values = Object.entries(config).map(([key, value]) => [
    `berth:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const raw = { values: Object.fromEntries(values), secretKeys: secretKeys.map((key) => `berth:${key}`) };
  return readConfig(platformConfig, raw, { derive: derivePlatform(builtImages), crossCheck: checkPlatform });
}

function put(into: object, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    if (value === undefined) Reflect.deleteProperty(into, key);
    else Object.assign(into, { [key]: value });
    return;
  }
  const inner: unknown = Reflect.get(into, key) ?? {};
  if (typeof inner !== "object" || inner === null) throw new Error(`${key} holds nothing that could be changed`);
  Object.assign(into, { [key]: inner });
  put(inner, rest, value);
}

import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult } from "@pulumi/pulumi/provider/provider.js";
import { main } from "@pulumi/pulumi/provider/server.js";
import { installedPackage } from "../typings/cache.ts";
import { checkComponent } from "./inputs.ts";
import { isPackageName, type PackageName, packages } from "./packages.ts";

/** How often a plugin looks whether the engine that started it is still there, in milliseconds. */
const parentCheckMs = 1_000;

/**
 * A stand-in for the plugin of a package of remote components: `node plugin.ts <awsx|eks> <engine's address>`.
 *
 * The program names a component; this makes its children, as the official plugin would.
 */
const [name = "", ...rest] = process.argv.slice(2);
if (!isPackageName(name)) throw new Error(`There is no stand-in for the components of "${name}".`);
exitWithParent();
await serve(name);

async function serve(name: PackageName): Promise<void> {
  const components = await packages[name]();
  const { version } = installedPackage(name);
  const construct = async (
    resource: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> => {
    const make = components[type];
    if (!make) {
      throw new Error(
        `${type}: this stand-in for ${name} ${version} makes ${Object.keys(components).join(", ")}, nothing else. ` +
          `Install the official plugin: pulumi plugin install resource ${name} ${version}`,
      );
    }
    await checkComponent(name, type, inputs);
    const { urn, state } = await make(resource, inputs, options);
    return { urn, state };
  };
  await main({ version, construct }, rest);
}

/** Ends with the engine, also when that was killed and could not say so. */
function exitWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, parentCheckMs).unref();
}

import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { UserError } from "../../components/core/errors.ts";
import { judge } from "../../policies/judge.ts";
import { rules } from "../../policies/rules/index.ts";
import { pinPodImage } from "../../policies/rules/kubernetes-pod/pin-image.ts";
import { trustPodRegistry } from "../../policies/rules/kubernetes-pod/trust-registry.ts";
import { parseImage } from "../../policies/rules/kubernetes-shared/images.ts";
import { parseSettings } from "../../policies/settings.ts";

/** What is set for the policies, checked: a policy pack's configuration, as workers take it. */
export type PolicyConfiguration = Readonly<Record<string, unknown>>;

const option = "BERTH_POLICIES";

/**
 * Reads what is set for the policies that workspaces must keep to: the path of a JSON or YAML file, or JSON itself.
 * Without it every rule is as it is. `images` are those that the installation names for its blueprints: where no
 * registries are set, theirs are trusted.
 * @throws UserError when it cannot be read, a rule or a value in it is none, or an image is refused by it.
 */
export async function readPolicies(
  given: string | undefined,
  images: Readonly<Record<string, string>> = {},
): Promise<PolicyConfiguration> {
  const value = given === undefined ? {} : await written(given);
  // Checked here, so that the start stops, and not each workspace's first operation.
  parseSettings(rules, value, option);
  const configuration = trusting(typeof value === "object" && value !== null ? { ...value } : {}, images);
  checkImages(configuration, images);
  return configuration;
}

async function written(given: string): Promise<unknown> {
  const inline = given.trimStart().startsWith("{");
  return parsed(inline ? given : await contents(given), given);
}

/** Who names an image for a blueprint trusts where it comes from, unless they say which registries they trust. */
function trusting(configuration: PolicyConfiguration, images: Readonly<Record<string, string>>): PolicyConfiguration {
  const named = Object.values(images).map((image) => parseImage(image).repository);
  const { name, values } = trustPodRegistry;
  const set = parseSettings(rules, configuration, option).get(name);
  if (named.length === 0 || set === undefined || set.values.registries !== undefined) return configuration;
  const { enforcementLevel, exceptions } = set;
  const registries = [...values.parse({}).registries, ...named];
  return { ...configuration, [name]: { enforcementLevel, exceptions, registries } };
}

/** Refuses images of blueprints that no workspace could be made with. */
function checkImages(configuration: PolicyConfiguration, images: Readonly<Record<string, string>>): void {
  const settings = parseSettings(rules, configuration, option);
  const today = new Date().toISOString().slice(0, 10);
  const type = "kubernetes:apps/v1:Deployment";
  const [first, ...others] = Object.entries(images).flatMap(([blueprint, image]) => {
    const subject = {
      ...{ type, name: "workspace-deployment" },
      urn: `urn:pulumi:ws-${blueprint}::berth::berth:workspace:Workspace$${type}::workspace-deployment`,
      props: { spec: { template: { spec: { containers: [{ name: "workspace", image }] } } } },
    };
    return judge([pinPodImage, trustPodRegistry], settings, [subject], today)
      .filter(({ severity }) => severity === "mandatory")
      .map(({ message }) => ({ option: `BERTH_IMAGES.${blueprint}`, value: image, fix: message }));
  });
  if (first !== undefined) throw new UserError(first, ...others);
}

async function contents(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const fix = `It cannot be read (${error instanceof Error ? error.message : String(error)}): name a file of JSON or YAML.`;
    throw new UserError({ option, value: path, fix });
  }
}

function parsed(text: string, given: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [where = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UserError({ option, value: given, fix: `It is neither JSON nor YAML: ${where}` });
  }
}

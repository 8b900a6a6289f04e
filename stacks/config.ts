import { z } from "zod";
import { UserError, type UserMistake } from "../components/core/errors.ts";
import { parseOrExplain } from "../components/core/parse.ts";
import { storageSpec } from "../components/platform/spec.ts";

/** Project name, and with it the prefix of our configuration's keys. */
export const project = "berth";

const installation = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be one DNS label: a-z, 0-9 and '-', at most 63 characters")
  .describe("Which Berth this is: two on one cluster never touch each other's objects")
  .meta({ examples: ["local"] });

const cluster = z
  .strictObject({
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Path of a kubeconfig, absolute or from the checkout; without it the environment's KUBECONFIG"),
    context: z.string().min(1).optional().describe("Context in it; without it the current one"),
  })
  .default({})
  .describe("Which cluster to deploy to")
  .meta({ examples: [{ kubeconfig: ".berth/platform/kubeconfig" }] });

/** `Pulumi.local.yaml`: what the program of any cluster's foundation is told. */
export const localConfig = z.strictObject({
  installation,
  cluster,
  storage: storageSpec
    .describe("The volumes of workspaces")
    .meta({ examples: [{ provisioner: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } }] }),
});
export type LocalConfig = z.infer<typeof localConfig>;

/** `Pulumi.ws-….yaml`: what the program of one workspace is told when it is run by hand. */
export const workspaceConfig = z.strictObject({
  cluster,
  workspace: z
    .record(z.string(), z.unknown())
    .describe("The whole spec of the workspace")
    .meta({ examples: [{ id: "ws-mfrggzdfmztwq2lk", owner: "user_2abc" }] }),
});

/** A stack's configuration as Pulumi gives it: texts by `project:key`, and which of them are secret. */
export interface RawConfig {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * What a schema makes of a stack's configuration; throws one `UserError` that names every wrong, missing and unknown
 * key at once, with what was found there and an example. Secret values are not shown.
 */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, raw: RawConfig): z.output<Schema> {
  const prefix = `${project}:`;
  const own = Object.entries(raw.values).filter(([key]) => key.startsWith(prefix));
  const values = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), structured(text)]));
  try {
    return parseOrExplain(schema, values, "", ([key]) => raw.secretKeys.includes(`${prefix}${String(key)}`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first, ...others] = error.mistakes.map((mistake) => withExample(schema, mistake));
    throw first === undefined ? error : new UserError(first, ...others);
  }
}

/** Objects, lists, numbers and booleans reach a program as their JSON text. */
function structured(text: string): unknown {
  if (!/^[[{]/.test(text.trim())) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withExample(schema: z.ZodObject, { option, value, fix }: UserMistake): UserMistake {
  const [key = ""] = option.split(/[.[]/);
  const part: unknown = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
  const known = Object.keys(schema.shape).map((name) => `${project}:${name}`);
  const examples = part instanceof z.ZodType ? part.meta()?.examples : undefined;
  const example = Array.isArray(examples) ? ` Example: ${project}:${key}: ${JSON.stringify(examples[0])}` : "";
  const help = part === undefined ? ` There are: ${known.join(", ")}.` : example;
  return { option: `${project}:${option}`, value, fix: `${fix}${help}` };
}

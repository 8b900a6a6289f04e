import type {
  PolicyConfigSchema,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";
import { judgeResource, judgeStack } from "./judge.ts";
import type { AnyRule, ResourceSubject } from "./rule.ts";
import { exceptions, parseSettings, type SettingsOfRule } from "./settings.ts";
import { readProps } from "./wire.ts";

type Policy = ResourceValidationPolicy | StackValidationPolicy;

/**
 * Rules as policies of `@pulumi/policy`, for a pack of one's own.
 *
 * @example new PolicyPack("mine", { policies: asPolicies([encryptEksClusterSecrets, requireInstanceImdsv2]) });
 */
export function asPolicies(rules: readonly AnyRule[]): Policy[] {
  // The engine shows a stack as what providers made of it: in a preview that is nothing at all where a provider cannot
  // be asked yet. What the program wrote is seen before, resource by resource, and kept for the rules of the stack.
  const written = new Map<string, ResourceSubject>();
  return rules.map((rule, index) => asPolicy(rule, written, index === 0));
}

/** The first policy of a pack keeps what all of them see. */
function asPolicy(rule: AnyRule, written: Map<string, ResourceSubject>, keeps: boolean): Policy {
  const about = {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.severity,
    configSchema: { properties: configProperties(rule) },
  };
  const settings = settingsReader(rule);
  const keep = (args: ResourceValidationArgs) => {
    if (keeps) written.set(args.urn, asSubject(args));
  };
  if ("check" in rule) {
    return {
      ...about,
      validateResource: (args, report) => {
        keep(args);
        if (!rule.types.includes(args.type)) return;
        const subject = asSubject(args);
        for (const { message } of judgeResource(rule, settings(args.getConfig()), subject, today())) report(message);
      },
    };
  }
  return {
    ...about,
    ...(keeps ? { validateResource: keep } : {}),
    validateStack: (args, report) => {
      const subjects = args.resources.map((resource) => {
        // Of the stack itself, its outputs are what can be judged.
        const known = resource.type === "pulumi:pulumi:Stack" ? undefined : written.get(resource.urn);
        return known ?? asSubject(resource);
      });
      for (const { message, urn } of judgeStack(rule, settings(args.getConfig()), subjects, today())) {
        report(message, urn);
      }
    },
  };
}

interface Judged extends Pick<ResourceSubject, "type" | "name" | "urn"> {
  readonly props: object;
  readonly opts: { readonly protect: boolean };
  readonly provider?: { readonly urn: string };
}

/**
 * The SDK hands over properties that throw when something unknown is read. Their descriptors do not: what lies below
 * them is plain. Secrets are unwrapped already, without a trace.
 */
function asSubject({ type, name, urn, props, opts, provider }: Judged): ResourceSubject {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(props));
  const plain = Object.fromEntries(descriptors.map(([key, { value }]): [string, unknown] => [key, value]));
  const about = { type, name, urn, props: readProps(plain).props, protect: opts.protect };
  return provider === undefined ? about : { ...about, provider: provider.urn };
}

/** Reads a rule's configuration, again only when there is another. Its enforcement level is the SDK's to see to. */
function settingsReader(rule: AnyRule): (config: object) => SettingsOfRule {
  let last: { readonly text: string; readonly settings: SettingsOfRule } | undefined;
  return (config) => {
    const text = JSON.stringify(config);
    if (last?.text !== text) {
      const settings = parseSettings([rule], { [rule.name]: config }).get(rule.name);
      if (settings === undefined) throw new Error(`There are no settings of ${rule.name}.`);
      last = { text, settings };
    }
    return last.settings;
  };
}

/** What the CLI checks a rule's configuration by, before anything runs. */
function configProperties(rule: AnyRule): PolicyConfigSchema["properties"] {
  const { properties } = z.toJSONSchema(z.object({ ...rule.values?.shape, exceptions }), { io: "input" });
  return JSON.parse(JSON.stringify(properties));
}

/** The day that it is, in UTC. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

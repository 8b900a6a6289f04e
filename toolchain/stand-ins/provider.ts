import { checkInputs, type Failure } from "./check.ts";
import type { Cloud, CloudResource } from "./cloud.ts";
import { addComputed, addUnknown, type Surroundings } from "./computed.ts";
import { type Change, diffInputs } from "./diff.ts";
import { type Fault, takeFault, waitFor } from "./faults.ts";
import { answered, answerTo } from "./functions.ts";
import { hooks } from "./hooks.ts";
import { identify } from "./identity.ts";
import { automaticName, isAutomatic, kindOf } from "./kinds.ts";
import { checkReferences, checkRemoval, checkUnique } from "./rules.ts";
import { specialOf } from "./special.ts";
import type { Typings } from "./typings/cache.ts";
import type { Shape } from "./typings/shape.ts";
import { holdsUnknown, isObject, same, unknown, type Values } from "./values.ts";

/** Which resource a call is about. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
}

/** What is in the cloud, as the engine keeps it. */
export interface Known {
  readonly id: string;
  readonly state: Values;
}

/** A resource was made or changed, and is not as it should be. */
export class PartlyDone extends Error {
  override readonly name = "PartlyDone";
  readonly known: Known;
  readonly inputs: Values;

  constructor(message: string, known: Known, inputs: Values) {
    super(message);
    this.known = known;
    this.inputs = inputs;
  }
}

/** What a provider does, for one package whose typings say what its resources are. */
export class StandInProvider {
  readonly #typings: Typings;
  readonly #cloud: Cloud;
  readonly #stopping = new AbortController();
  #config: Values = {};

  constructor(typings: Typings, cloud: Cloud) {
    this.#typings = typings;
    this.#cloud = cloud;
  }

  async checkConfig(config: Values): Promise<Failure[]> {
    const shape = await this.#typings.provider();
    const failures = checkInputs(shape, parseConfig(shape, config));
    if (this.#typings.package.name === "aws" && !regionOf(config)) {
      failures.push({ property: "region", reason: "It is missing; set aws:region, or AWS_REGION." });
    }
    return failures;
  }

  async configure(config: Values): Promise<void> {
    this.#config = parseConfig(await this.#typings.provider(), config);
  }

  async check(target: Target, olds: Values, news: Values, seed: Uint8Array) {
    const shape = await this.#shape(target.type);
    const failures = checkInputs(shape, news);
    const kind = kindOf(shape);
    const inputs: Values = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
    if (kind.naming) {
      const { property } = kind.naming;
      const prefix = prefixOf(inputs, property);
      const old = olds[property];
      // A name that was made here stays while the resource does; one that the program gave goes with it.
      inputs[property] ??= isAutomatic(kind, target.name, prefix, old)
        ? (old ?? "")
        : automaticName(kind, target.name, prefix, seed);
    }
    return { inputs, failures };
  }

  async diff({ type, name }: Target, state: Values, olds: Values, news: Values) {
    const shape = await this.#shape(type);
    const changes: Change[] = diffInputs(shape, olds, news);
    const tags = this.#tags(shape, news);
    // The provider's own tags are no input of the resource.
    if (tags && !same(state.tagsAll, tags) && !changes.some(({ path }) => /^tags\b/.test(path))) {
      changes.push({ path: "tagsAll", kind: "update", replaces: false });
    }
    const kind = kindOf(shape);
    const named = kind.naming ? kind.naming.property : undefined;
    const automatic = named !== undefined && isAutomatic(kind, name, prefixOf(news, named), news[named]);
    const once =
      (kind.unique?.length ?? 0) > 0 && kind.unique?.every((property) => same(olds[property], news[property]));
    return {
      changes,
      // What is there once only has to go before its successor comes; a name that is made here is made anew.
      deleteBeforeReplace: changes.some(({ replaces }) => replaces) && once === true && !automatic,
    };
  }

  async create(target: Target, inputs: Values, preview: boolean): Promise<Known> {
    const shape = await this.#shape(target.type);
    const tags = this.#tags(shape, inputs);
    const given: Values = { ...inputs, ...(tags ? { tagsAll: tags } : {}) };
    if (preview) return { id: "", state: addUnknown(shape, given) };
    const fault = await this.#begin("create", target);
    checkReferences(this.#cloud, target.type, inputs);
    const kind = kindOf(shape);
    const region = this.#region(inputs);
    const special = specialOf(target.type);
    const adopted = special.adopts?.({ cloud: this.#cloud, region, inputs });
    const identity = identify(adopted === undefined ? kind : { ...kind, id: adopted }, inputs, region);
    const making = { cloud: this.#cloud, id: identity.id, region, inputs };
    const around: Surroundings = { ...identity, region, logicalName: target.name };
    const state = addComputed(shape, merge(special.computed?.(making) ?? {}, given), around);
    checkUnique(this.#cloud, target.type, kind, identity.id, state);
    const made: CloudResource = { type: target.type, id: identity.id, urn: target.urn, inputs, state };
    this.#cloud.put(made);
    for (const companion of special.companions?.(making, state) ?? []) {
      this.#cloud.put({ ...companion, urn: target.urn, inputs: {}, ownedBy: identity.id });
    }
    const hook = await hooks[target.type]?.();
    await hook?.created?.(made, this.#cloud);
    return this.#finish(fault, { id: identity.id, state }, inputs);
  }

  async update(target: Target, id: string, olds: { state: Values; inputs: Values }, inputs: Values, preview: boolean) {
    const shape = await this.#shape(target.type);
    const tags = this.#tags(shape, inputs);
    const fresh: Values = { ...inputs, ...(tags ? { tagsAll: tags } : {}) };
    const special = specialOf(target.type);
    if (preview) {
      const known = overlay(olds.state, olds.inputs, fresh);
      const coming = Object.entries(special.updated?.(olds.state, inputs, olds.inputs) ?? {});
      const unsettled = coming.filter(([name, value]) => !same(known[name], value)).map(([name]) => [name, unknown]);
      return addUnknown(shape, { ...known, ...Object.fromEntries(unsettled) });
    }
    const fault = await this.#begin("update", target, id);
    const found = this.#cloud.get(target.type, id);
    if (!found) throw new Error(`${target.type} ${id} is not there any more: run pulumi refresh.`);
    checkReferences(this.#cloud, target.type, inputs);
    const state = overlay(found.state, found.inputs, fresh);
    const around: Surroundings = { id, region: this.#region(inputs), logicalName: target.name };
    Object.assign(state, special.updated?.(found.state, inputs, found.inputs));
    const changed: CloudResource = { ...found, inputs, state: addComputed(shape, state, around) };
    this.#cloud.put(changed);
    const hook = await hooks[target.type]?.();
    await hook?.created?.(changed, this.#cloud);
    return this.#finish(fault, { id, state: changed.state }, inputs).state;
  }

  async delete(target: Target, id: string): Promise<void> {
    const fault = await this.#begin("delete", target, id);
    const found = this.#cloud.get(target.type, id);
    if (!found) return;
    checkRemoval(this.#cloud, found);
    this.#cloud.remove(target.type, id);
    const hook = await hooks[target.type]?.();
    await hook?.deleted?.(found, this.#cloud);
    if (fault?.message && fault.when === "after") throw new Error(fault.message);
  }

  /** What the cloud holds, in the properties that the program gave; undefined where it is gone. */
  async read(target: Target, id: string, inputs: Values): Promise<(Known & { readonly inputs: Values }) | undefined> {
    await this.#shape(target.type);
    await this.#begin("read", target, id);
    const found = this.#cloud.get(target.type, id);
    if (!found) return undefined;
    const names = Object.keys(Object.keys(inputs).length > 0 ? inputs : found.inputs);
    const live = names.flatMap((name) => {
      const now = found.state[name];
      return now === undefined ? [] : [[name, narrow(now, inputs[name] ?? found.inputs[name])] as const];
    });
    return { id, state: found.state, inputs: Object.fromEntries(live) };
  }

  async invoke(token: string, args: Values): Promise<{ readonly result: Values; readonly failures: Failure[] }> {
    this.#cloud.record({ operation: "invoke", type: token });
    const { name, version } = this.#typings.package;
    const shape = await this.#typings.invoke(token);
    if (!shape) throw new Error(`@pulumi/${name} ${version} has no function ${token}.`);
    const failures = checkInputs(shape, args);
    if (failures.length > 0) return { result: {}, failures };
    const answer = answerTo(token);
    if (!answer) {
      throw new Error(
        `The stand-in of ${name} does not answer ${token}; it answers ${answered(name).join(", ") || "no function"}.`,
      );
    }
    const region = this.#region(args);
    const around: Surroundings = { id: token, region, logicalName: "stand-in" };
    return { result: addComputed(shape, answer({ args, region }), around), failures: [] };
  }

  /** Ends what waits. */
  cancel(): void {
    this.#stopping.abort();
  }

  async #shape(type: string): Promise<Shape> {
    const shape = await this.#typings.resource(type);
    const { name, version } = this.#typings.package;
    if (!shape) throw new Error(`@pulumi/${name} ${version} has no resource type ${type}.`);
    return shape;
  }

  /** Fails or waits where a fault says so; gives a fault that comes after the effect. */
  async #begin(operation: Fault["operation"], { type, name, urn }: Target, id?: string): Promise<Fault | undefined> {
    this.#cloud.record({ operation, type, urn, ...(id === undefined ? {} : { id }) });
    const fault = await takeFault(this.#cloud.folder, { operation, type, name });
    await waitFor(fault, this.#stopping.signal);
    if (fault?.message && (fault.when ?? "before") === "before") throw new Error(fault.message);
    return fault;
  }

  #finish(fault: Fault | undefined, known: Known, inputs: Values): Known {
    if (!fault?.message) return known;
    throw fault.when === "partly" ? new PartlyDone(fault.message, known, inputs) : new Error(fault.message);
  }

  /** A resource's own tags over those of the provider. */
  #tags(shape: Shape, { tags }: Values): Values | undefined {
    if (!shape.outputs.tagsAll) return undefined;
    const { defaultTags } = this.#config;
    const common = isObject(defaultTags) && isObject(defaultTags.tags) ? defaultTags.tags : {};
    return holdsUnknown(tags) && !isObject(tags) ? undefined : { ...common, ...(isObject(tags) ? tags : {}) };
  }

  #region({ region }: Values): string {
    return (typeof region === "string" ? region : regionOf(this.#config)) ?? "global";
  }
}

function prefixOf(inputs: Values, property: string): string | undefined {
  const prefix = inputs[`${property}Prefix`];
  return typeof prefix === "string" ? prefix : undefined;
}

/** The region that a configuration names, else that of the environment, as with the official plugin. */
function regionOf({ region }: Values): string | undefined {
  if (typeof region === "string" && region !== "") return region;
  return process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined;
}

/** The engine sends the lists and objects of a provider's configuration as JSON texts. */
function parseConfig(shape: Shape, config: Values): Values {
  const own = Object.entries(config).filter(([name]) => !["version", "pluginDownloadURL", "__internal"].includes(name));
  return Object.fromEntries(
    own.map(([name, value]) => {
      const kind = shape.inputs[name]?.type.kind;
      return [name, typeof value === "string" && kind !== undefined && kind !== "string" ? parsed(value) : value];
    }),
  );
}

function parsed(text: string): Values[string] {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the program gives over what the cloud decides, at every depth. */
function merge(under: Values, over: Values): Values {
  const all: Values = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = all[name];
    all[name] = isObject(below) && isObject(value) ? merge(below, value) : value;
  }
  return all;
}

/** A state with other inputs: those that are not given any more go. */
function overlay(state: Values, olds: Values, news: Values): Values {
  const left = Object.entries(state).filter(([name]) => !Object.hasOwn(olds, name) || Object.hasOwn(news, name));
  const all: Values = Object.fromEntries(left);
  for (const [name, value] of Object.entries(news)) {
    const [before, given] = [all[name], olds[name]];
    all[name] =
      isObject(before) && isObject(value) && name !== "tagsAll"
        ? overlay(before, isObject(given) ? given : {}, value)
        : value;
  }
  return all;
}

/** What the cloud holds of a value, without what it decided itself inside. */
function narrow(now: Values[string], given: Values[string] | undefined): Values[string] {
  if (!isObject(now) || !isObject(given)) return now;
  const kept = Object.entries(now).filter(([name]) => Object.hasOwn(given, name));
  return Object.fromEntries(kept.map(([name, value]) => [name, narrow(value, given[name])]));
}

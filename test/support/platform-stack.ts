import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { Manifest } from "../../provisioner/runtimes/kubernetes/apply.ts";
import { checkout } from "../../toolchain/paths.ts";
import { ensureCloudStandIns } from "../../toolchain/stand-ins/install.ts";
import { createTestPulumi, type TestPulumi } from "./pulumi.ts";
import { createCloud, type TestCloud } from "./stand-ins.ts";

/** What a `Pulumi.<stack>.yaml` says, by key without `berth:`; tests change a copy in place. */
// biome-ignore lint/suspicious/noExplicitAny: the tests write mistakes too, and the program's own schema reads it.
export type Settings = Record<string, any>;
export type Edit = (settings: Settings) => void;

/** What was done to one resource. */
export interface Step {
  readonly op: string;
  /** `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  /** The properties that differ. */
  readonly diffs: readonly string[];
}

/** What a command did, or said it would. */
export interface Outcome {
  /** Without what stays. */
  readonly steps: readonly Step[];
  /** How many resources stay as they are. */
  readonly same: number;
  /** What a refresh found to be otherwise than the state says. */
  readonly drift: readonly Step[];
  /** All that the CLI wrote, for people. */
  readonly said: string;
  readonly code: number | null;
}

/** A resource as the stack's state has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The program of a platform with its own configuration, on a cloud of a test's own and the run's Kubernetes. */
export class PlatformStack {
  readonly cloud: TestCloud;
  readonly pulumi: TestPulumi;
  readonly #name: string;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #written: Settings;
  #salt = "";
  #commands = 0;
  readonly #said: string[] = [];

  private constructor(
    name: string,
    parts: {
      readonly pulumi: TestPulumi;
      readonly cloud: TestCloud;
      readonly folder: string;
      readonly kubeconfig: string;
      readonly settings: Settings | undefined;
    },
  ) {
    this.pulumi = parts.pulumi;
    this.cloud = parts.cloud;
    this.#name = name;
    this.#folder = parts.folder;
    this.#environment = {
      ...parts.pulumi.environment,
      ...parts.cloud.env,
      BERTH_STAND_IN_KUBECONFIG: parts.kubeconfig,
      // The log of events is an option for developers of Pulumi and of its Automation API.
      PULUMI_DEBUG_COMMANDS: "true",
    };
    this.#written = parts.settings ?? shippedSettings(name);
  }

  /** @param settings of the stack; without them its `Pulumi.<name>.yaml` is in the checkout */
  static async create(name: string, kubeconfig: string, settings?: Settings): Promise<PlatformStack> {
    const pulumi = await createTestPulumi();
    ensureCloudStandIns(pulumi.installation.home);
    const cloud = await createCloud();
    const folder = await copyCheckout(pulumi.work);
    const stack = new PlatformStack(name, { pulumi, cloud, folder, kubeconfig, settings });
    await stack.run(["stack", "init"]);
    const made = readFileSync(stack.#configFile, "utf8");
    stack.#salt = /^encryptionsalt: .*$/m.exec(made)?.[0] ?? "";
    return stack;
  }

  get #configFile(): string {
    return join(this.#folder, `Pulumi.${this.#name}.yaml`);
  }

  async preview(edit?: Edit): Promise<Outcome> {
    return this.#deploy(["preview", "--diff"], edit);
  }

  /** A preview with the policy pack, and what is set for it; how it ends is for the caller to look at. */
  async judgedPreview(edit?: Edit, settings: Settings = {}): Promise<Outcome> {
    const config = join(this.pulumi.folder, "policies.json");
    writeFileSync(config, JSON.stringify(settings));
    return this.#deploy(["preview", "--policy-pack", "policies", "--policy-pack-config", config], edit, "end");
  }

  async up(edit?: Edit): Promise<Outcome> {
    return this.#deploy(["up", "--yes", "--skip-preview"], edit);
  }

  /** An `up` that must fail. */
  async failingUp(edit?: Edit): Promise<Outcome> {
    return this.#deploy(["up", "--yes", "--skip-preview"], edit, "fail");
  }

  async refresh(): Promise<Outcome> {
    return this.#deploy(["refresh", "--yes", "--skip-preview"]);
  }

  async destroy(): Promise<Outcome> {
    return this.#deploy(["destroy", "--yes", "--skip-preview"]);
  }

  /**
   * A `destroy` that must fail, with its preview: that is where the engine sees what is protected. Without one it goes
   * as far as it gets.
   */
  async failingDestroy(): Promise<Outcome> {
    return this.#deploy(["destroy", "--yes"], undefined, "fail");
  }

  /** Starts an `up` and gives its process. */
  startUp(edit?: Edit): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
    this.#configure(edit);
    return this.#start(["up", "--yes", "--skip-preview"]);
  }

  /** Changes what an image is built of. */
  changeImage(): void {
    appendFileSync(join(this.#folder, "provisioner", "main.ts"), "// Changed.\n");
  }

  /** Runs another command, which must succeed. */
  async run(args: readonly string[]): Promise<string> {
    const { child, said } = this.#spawn(args);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${said()}`);
    return said();
  }

  /** The checkpoint, as it is on the disk. */
  checkpoint(): string {
    return readFileSync(join(this.pulumi.folder, "state", ".pulumi", "stacks", "berth", `${this.#name}.json`), "utf8");
  }

  resources(): readonly StateResource[] {
    const state: { checkpoint: { latest: { resources?: StateResource[] } } } = JSON.parse(this.checkpoint());
    return state.checkpoint.latest.resources ?? [];
  }

  /** An object in the cluster, by its logical name. */
  objectOf(name: string): Manifest {
    const found = this.resources().find(({ urn, type }) => type.startsWith("kubernetes:") && nameOf(urn) === name);
    const { apiVersion, kind, metadata } = z.looseObject(manifest).parse(found?.outputs);
    return { apiVersion, kind, metadata };
  }

  /** What the state says is in the cloud, as `<type> <id>`. */
  inState(): string[] {
    return this.resources()
      .filter(({ type, custom }) => custom === true && /^(aws|cloudflare|docker|random):/.test(type))
      .map(({ type, id }) => `${type} ${id}`)
      .sort();
  }

  /** What is in the cloud, in the same way. */
  inCloud(): string[] {
    return this.cloud
      .resources()
      .map(({ type, id }) => `${type} ${id}`)
      .sort();
  }

  /**
   * Everything that a person or a log could have seen so far. Not the SDK's debugging: it tells each answer of the
   * engine as it is, and goes only to who asks for it (`--debug`, `--event-log`).
   */
  everythingSaid(): string {
    const logs = readdirSync(this.pulumi.folder).filter((name) => name.startsWith("events-"));
    return [
      ...this.#said,
      ...logs.flatMap((name) =>
        readFileSync(join(this.pulumi.folder, name), "utf8")
          .split("\n")
          .filter((line) => !line.includes('"severity":"debug"')),
      ),
      readFileSync(join(this.cloud.folder, "calls.jsonl"), "utf8"),
    ].join("\n");
  }

  /** Removes the project, its state and its cloud. */
  async dispose(): Promise<void> {
    await this.cloud.dispose();
    await this.pulumi.dispose();
  }

  async #deploy(args: readonly string[], edit?: Edit, must: "succeed" | "fail" | "end" = "succeed"): Promise<Outcome> {
    this.#configure(edit);
    const outcome = await this.#start(args).ended;
    if (must !== "end" && (outcome.code === 0) !== (must === "succeed")) {
      throw new Error(`pulumi ${args.join(" ")} was to ${must} and ended with ${outcome.code}:\n${outcome.said}`);
    }
    return outcome;
  }

  /** Writes the configuration: the checkout's, as a test changes it. */
  #configure(edit: Edit | undefined): void {
    const settings: Settings = structuredClone(this.#written);
    edit?.(settings);
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`berth:${key}`, value]));
    writeFileSync(this.#configFile, `${this.#salt}\n${stringify({ config })}`);
  }

  #start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
    this.#commands += 1;
    const log = join(this.pulumi.folder, `events-${this.#commands}.log`);
    const { child, said } = this.#spawn([...args, "--event-log", log]);
    const ended = once(child, "close").then(([code]: (number | null)[]) => ({
      ...readEvents(log),
      said: said(),
      code: code ?? null,
    }));
    return { child, ended };
  }

  #spawn(args: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
    const chunks: Buffer[] = [];
    const child = spawn(
      this.pulumi.installation.command,
      [...args, "--non-interactive", "--color=never", "-s", this.#name],
      {
        cwd: this.#folder,
        env: this.#environment,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    const said = (): string => Buffer.concat(chunks).toString();
    if (!args.includes("--show-secrets")) child.on("close", () => this.#said.push(said()));
    return { child, said };
  }
}

const manifest = {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
};

function shippedSettings(name: string): Settings {
  const { config }: { config: Settings } = parse(readFileSync(join(checkout, `Pulumi.${name}.yaml`), "utf8"));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]): [string, unknown] => [key.replace("berth:", ""), value]),
  );
}

/** What the program is made of, and its images. */
const parts = [
  ...["Pulumi.yaml", "package.json", "package-lock.json", ".dockerignore"],
  ...["components", "images", "policies", "provisioner", "stacks", "toolchain/pulumi/package.json"],
];

/** The checkout as it is now: whoever works in it meanwhile changes no image of the tests. */
async function copyCheckout(work: string): Promise<string> {
  const folder = await mkdtemp(join(work, "checkout-"));
  for (const part of parts) await cp(join(checkout, part), join(folder, part), { recursive: true });
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
  return folder;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  /** Of a refresh, this says what it found. */
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[] | null;
}

/** The steps that the engine took, in its order; those of one resource's replacement are one. */
function readEvents(file: string): Pick<Outcome, "steps" | "same" | "drift"> {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // The engine never began.
  }
  const events = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): EngineEvent => JSON.parse(line));
  const begun = events
    .flatMap(({ resourcePreEvent }) => (resourcePreEvent ? [resourcePreEvent.metadata] : []))
    .filter(({ op }) => !/^(create-replacement|delete-replaced|read|refresh|discard.*)$/.test(op));
  const refreshed = new Set(
    events.flatMap(({ resourcePreEvent: pre }) => (pre?.metadata.op === "refresh" ? [pre.metadata.urn] : [])),
  );
  const drift: StepMetadata[] = [];
  for (const { resOutputsEvent } of events) {
    const metadata = resOutputsEvent?.metadata;
    if (!metadata || !refreshed.delete(metadata.urn) || metadata.op === "same") continue;
    drift.push(metadata);
  }
  const steps = (all: readonly StepMetadata[]): Step[] =>
    all.map(({ op, urn, type, diffs }) => ({ op, type, name: nameOf(urn), diffs: diffs ?? [] }));
  return {
    steps: steps(begun.filter(({ op }) => op !== "same")),
    same: begun.filter(({ op }) => op === "same").length,
    drift: steps(drift),
  };
}

/** The logical name at the end of a URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Steps as `<op> <type's last part> <logical name>`, in the order of the words. */
export function shown(steps: readonly Step[]): string[] {
  return steps.map(({ op, type, name }) => `${op} ${type.split(":").at(-1)} ${name}`).sort();
}

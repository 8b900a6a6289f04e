import { readFileSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import * as kubernetes from "@pulumi/kubernetes";
import {
  type DestroyOptions,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
  type UpOptions,
  type UpResult,
} from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll } from "vitest";
import { usePlatform } from "./platform.ts";
import { createTestPulumi, type TestPulumi } from "./pulumi.ts";

/** A live object of any kind, as the API server shows it. */
export type Live = KubernetesObject & Readonly<Record<string, unknown>>;

/** What names an object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A stack with a program of its own, whose text output is kept for assertions. */
export interface TestStack {
  readonly stack: Stack;
  up(program: PulumiFn, options?: UpOptions): Promise<UpResult>;
  /** Runs an `up` that must fail, and returns everything that it said. */
  failingUp(program: PulumiFn, options?: UpOptions): Promise<string>;
  preview(program: PulumiFn): Promise<{ readonly counts: Readonly<Record<string, number>>; readonly said: string }>;
  destroy(options?: DestroyOptions): Promise<void>;
  refresh(): Promise<void>;
  /** The resources in the state as it is on the disk, without the stack itself and its providers. */
  resources(): Promise<StateResource[]>;
}

/** One resource of a stack's state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

/** The provider plugin under test, on the run's Kubernetes. */
export class ProviderBench {
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  readonly pulumi: TestPulumi;
  private readonly api: KubernetesObjectApi;
  private readonly core: CoreV1Api;
  private readonly namespaces: string[] = [];
  private command: Promise<PulumiCommand> | undefined;
  private count = 0;

  constructor(pulumi: TestPulumi, kubeconfigFile: string) {
    this.pulumi = pulumi;
    this.kubeconfigFile = kubeconfigFile;
    this.kubeconfig = readFileSync(kubeconfigFile, "utf8");
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    this.api = KubernetesObjectApi.makeApiClient(config);
    this.core = config.makeApiClient(CoreV1Api);
  }

  /** A name that no other test uses. */
  unique(prefix: string): string {
    this.count += 1;
    return `${prefix}-${process.pid.toString(36)}-${Date.now().toString(36)}-${this.count}`;
  }

  /** A new namespace, removed at the end of the file. */
  async namespace(): Promise<string> {
    const name = this.unreservedNamespace();
    await this.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    return name;
  }

  /** The name of a namespace that a program makes itself; removed at the end of the file all the same. */
  unreservedNamespace(): string {
    const name = this.unique("provider");
    this.namespaces.push(name);
    return name;
  }

  /** The program's provider: this cluster, taking over what exists, changing data in place. */
  provider(args: kubernetes.ProviderArgs = {}): kubernetes.Provider {
    return new kubernetes.Provider("cluster", {
      kubeconfig: this.kubeconfig,
      enableConfigMapMutable: true,
      enableSecretMutable: true,
      ...args,
    });
  }

  /** An empty stack, run with more in its environment where that is given. */
  async stack(more: Readonly<Record<string, string>> = {}): Promise<TestStack> {
    const name = this.unique("stack");
    this.command ??= PulumiCommand.get({ root: this.pulumi.installation.root, skipVersionCheck: true });
    const environment = Object.entries(this.pulumi.environment).filter(([, value]) => value !== undefined);
    const stack = await LocalWorkspace.createStack(
      { stackName: `organization/provider/${name}`, projectName: "provider", program: async () => {} },
      {
        workDir: await mkdtemp(join(this.pulumi.work, "stack-")),
        pulumiHome: this.pulumi.installation.home,
        pulumiCommand: await this.command,
        envVars: { ...Object.fromEntries(environment.map(([key, value]) => [key, value ?? ""])), ...more },
      },
    );
    return new BenchStack(stack, join(this.pulumi.folder, "state", ".pulumi", "stacks", "provider", `${name}.json`));
  }

  async create(object: Live): Promise<Live> {
    return this.api.create<Live>(object);
  }

  /** The live object, or undefined when there is none. */
  async read(object: ObjectName): Promise<Live | undefined> {
    try {
      return await this.api.read<Live>(header(object));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** All live objects of a kind in a namespace. */
  async list({ apiVersion, kind, namespace }: Omit<ObjectName, "name">): Promise<Live[]> {
    const { items } = await this.api.list<Live>(apiVersion, kind, namespace);
    return items;
  }

  /** Changes an object as somebody else would. */
  async patch(object: ObjectName, change: Readonly<Record<string, unknown>>, fieldManager = "somebody"): Promise<Live> {
    const { metadata, ...more } = change;
    const named = header(object);
    const merged = { ...named.metadata, ...(isRecord(metadata) ? metadata : {}) };
    const body = { ...named, ...more, metadata: merged };
    return this.api.patch<Live>(body, undefined, undefined, fieldManager, undefined, PatchStrategy.MergePatch);
  }

  /** Says of a pod what otherwise its node says. */
  async patchPodStatus(
    pod: Omit<ObjectName, "apiVersion" | "kind">,
    status: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.core.patchNamespacedPodStatus(
      { name: pod.name, namespace: pod.namespace ?? "", body: { status } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }

  async delete(object: ObjectName): Promise<void> {
    try {
      await this.api.delete(header(object));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Waits until the check gives something; for what the cluster does by itself. */
  async until<T>(what: string, check: () => Promise<T | undefined | false>, seconds = 30): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const result = await check();
      if (result !== undefined && result !== false) return result;
      if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.namespaces.map((name) => this.delete({ apiVersion: "v1", kind: "Namespace", name })));
    await this.pulumi.dispose();
  }
}

class BenchStack implements TestStack {
  readonly stack: Stack;
  private readonly stateFile: string;

  constructor(stack: Stack, stateFile: string) {
    this.stack = stack;
    this.stateFile = stateFile;
  }

  up(program: PulumiFn, options: UpOptions = {}): Promise<UpResult> {
    return this.stack.up({ program, ...options });
  }

  async failingUp(program: PulumiFn, options: UpOptions = {}): Promise<string> {
    let said = "";
    const listen = (text: string): void => {
      said += text;
    };
    try {
      await this.up(program, { onOutput: listen, onError: listen, ...options });
    } catch {
      return said;
    }
    throw new Error(`This was to fail, and did not:\n${said}`);
  }

  async preview(program: PulumiFn): Promise<{ counts: Record<string, number>; said: string }> {
    const result = await this.stack.preview({ program, diff: true });
    return { counts: result.changeSummary ?? {}, said: result.stdout };
  }

  async destroy(options: DestroyOptions = {}): Promise<void> {
    await this.stack.destroy(options);
  }

  async refresh(): Promise<void> {
    await this.stack.refresh();
  }

  async resources(): Promise<StateResource[]> {
    // Not by an export, which decrypts what is secret.
    const state: State = JSON.parse(await readFile(this.stateFile, "utf8"));
    return (state.checkpoint.latest.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
  }
}

interface State {
  readonly checkpoint: { readonly latest: { readonly resources?: StateResource[] } };
}

/** Makes a bench for the tests of a file, and clears it away after them. */
export function useProvider(): () => ProviderBench {
  let bench: ProviderBench | undefined;
  beforeAll(async () => {
    bench = new ProviderBench(await createTestPulumi(), usePlatform().kubeconfig);
  });
  afterAll(() => bench?.dispose());
  return () => {
    if (!bench) throw new Error("The bench is there from beforeAll on.");
    return bench;
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function header({ apiVersion, kind, name, namespace }: ObjectName): {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
} {
  return { apiVersion, kind, metadata: { name, namespace: namespace ?? "" } };
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 404;
}

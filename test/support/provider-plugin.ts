import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { checkout } from "../../toolchain/paths.ts";

const run = promisify(execFile);

export type Properties = Record<string, struct.JavaScriptValue>;

/** The engine's word for a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Where the stand-in's sources are. */
export const sources = join(checkout, "toolchain", "go", "pulumi-resource-kubernetes");

/** Builds the stand-in from its sources, whichever plugin set-up took. */
export async function buildStandIn(folder: string): Promise<string> {
  const path = join(folder, "pulumi-resource-kubernetes");
  await run("go", ["build", "-trimpath", "-ldflags", "-s -w -X main.version=4.0.0-test", "-o", path, "."], {
    cwd: sources,
  });
  return path;
}

/** What went wrong in a call, with the bytes of its details as text. */
class CallFailed extends Error {
  readonly details: string;

  constructor(error: ServiceError) {
    super(error.details);
    this.details = error.metadata
      .get("grpc-status-details-bin")
      .map((bytes) => bytes.toString("utf8"))
      .join("");
  }
}

/** The failure of a call that must fail. */
export async function callFailure(call: Promise<unknown>): Promise<CallFailed> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof CallFailed)) throw new Error("The call was to fail.");
  return outcome;
}

/** A running plugin that is spoken to without an engine. */
export class Plugin {
  readonly process: ChildProcess;
  readonly port: number;
  private readonly client: services.ResourceProviderClient;

  private constructor(process: ChildProcess, port: number) {
    this.process = process;
    this.port = port;
    this.client = new services.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  static async start(path: string, ...args: string[]): Promise<Plugin> {
    const process = spawn(path, args, { stdio: ["ignore", "pipe", "inherit"] });
    return new Plugin(process, await firstLine(process));
  }

  /** Starts one and configures it as a program's provider resource would. */
  static async configured(path: string, config: Readonly<Record<string, string>>): Promise<Plugin> {
    const started = await Plugin.start(path);
    await started.configure(config);
    return started;
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
  }

  configure(config: Readonly<Record<string, string>>) {
    const request = new messages.ConfigureRequest();
    request.setArgs(struct.Struct.fromJavaScript({ ...config }));
    return this.call<messages.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async checkConfig(config: Readonly<Record<string, string>>): Promise<messages.CheckFailure.AsObject[]> {
    const request = new messages.CheckRequest();
    request.setUrn("urn:pulumi:dev::berth::pulumi:providers:kubernetes::cluster");
    request.setNews(struct.Struct.fromJavaScript({ ...config }));
    const response = await this.call<messages.CheckResponse>((done) => this.client.checkConfig(request, done));
    return response.toObject().failuresList;
  }

  async diffConfig(olds: Properties, news: Properties): Promise<messages.DiffResponse.AsObject> {
    const request = new messages.DiffRequest();
    request.setOlds(struct.Struct.fromJavaScript(olds));
    request.setNews(struct.Struct.fromJavaScript(news));
    return (await this.call<messages.DiffResponse>((done) => this.client.diffConfig(request, done))).toObject();
  }

  async version(): Promise<string> {
    const response = await this.call<plugin.PluginInfo>((done) => this.client.getPluginInfo(new empty.Empty(), done));
    return response.getVersion();
  }

  async check(
    token: string,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: messages.CheckFailure.AsObject[] }> {
    const request = new messages.CheckRequest();
    request.setUrn(urn(token));
    request.setNews(struct.Struct.fromJavaScript(news));
    const response = await this.call<messages.CheckResponse>((done) => this.client.check(request, done));
    return { inputs: response.getInputs()?.toJavaScript() ?? {}, failures: response.toObject().failuresList };
  }

  async diff(
    token: string,
    state: Properties,
    inputs: Properties,
    news: Properties,
  ): Promise<messages.DiffResponse.AsObject> {
    const request = new messages.DiffRequest();
    request.setUrn(urn(token));
    request.setOlds(struct.Struct.fromJavaScript(state));
    request.setOldInputs(struct.Struct.fromJavaScript(inputs));
    request.setNews(struct.Struct.fromJavaScript(news));
    return (await this.call<messages.DiffResponse>((done) => this.client.diff(request, done))).toObject();
  }

  async create(token: string, inputs: Properties, options: { preview?: boolean; timeout?: number } = {}) {
    const request = new messages.CreateRequest();
    request.setUrn(urn(token));
    request.setProperties(struct.Struct.fromJavaScript(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    const response = await this.call<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), state: response.getProperties()?.toJavaScript() ?? {} };
  }

  async update(
    token: string,
    id: string,
    state: Properties,
    inputs: Properties,
    news: Properties,
  ): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setUrn(urn(token));
    request.setId(id);
    request.setOlds(struct.Struct.fromJavaScript(state));
    request.setOldInputs(struct.Struct.fromJavaScript(inputs));
    request.setNews(struct.Struct.fromJavaScript(news));
    const response = await this.call<messages.UpdateResponse>((done) => this.client.update(request, done));
    return response.getProperties()?.toJavaScript() ?? {};
  }

  async delete(token: string, id: string, state: Properties, inputs: Properties = {}): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setUrn(urn(token));
    request.setId(id);
    request.setProperties(struct.Struct.fromJavaScript(state));
    request.setOldInputs(struct.Struct.fromJavaScript(inputs));
    await this.call<empty.Empty>((done) => this.client.delete(request, done));
  }

  async cancel(): Promise<void> {
    await this.call<empty.Empty>((done) => this.client.cancel(new empty.Empty(), done));
  }

  async attach(address: string): Promise<void> {
    const request = new plugin.PluginAttach();
    request.setAddress(address);
    await this.call<empty.Empty>((done) => this.client.attach(request, done));
  }

  async invoke(token: string): Promise<void> {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    await this.call<messages.InvokeResponse>((done) => this.client.invoke(request, done));
  }

  private call<T>(start: (done: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      start((error, response) => (error ? reject(new CallFailed(error)) : resolve(response)));
    });
  }
}

function urn(token: string): string {
  return `urn:pulumi:dev::berth::${token}::it`;
}

/** The port that a plugin prints as its first line. */
async function firstLine(process: ChildProcess): Promise<number> {
  if (!process.stdout) throw new Error("The plugin's output must be a pipe.");
  for await (const line of createInterface({ input: process.stdout })) return Number(line);
  throw new Error("The plugin ended without a word.");
}

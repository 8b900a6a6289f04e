import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import { versions } from "../versions.ts";
import { type Command, pluginCommand, programCommand } from "./commands.ts";

/** The exit code of a Node program that has told the user already what went wrong. */
const bailExitCode = 32;

/**
 * The language host for programs and policy packs written for Node.
 *
 * The official CLI brings its own; this one serves a CLI that was built from Go modules, among which it is not. What
 * is not here (generating code, linking packages) answers "unimplemented".
 */
export function createLanguageHost(): UntypedServiceImplementation {
  let engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";

  const handshake: handleUnaryCall<messages.LanguageHandshakeRequest, messages.LanguageHandshakeResponse> = (
    call,
    answer,
  ) => {
    engineAddress = call.request.getEngineAddress() || engineAddress;
    answer(null, new messages.LanguageHandshakeResponse());
  };

  const getPluginInfo: handleUnaryCall<unknown, plugins.PluginInfo> = (_call, answer) => {
    answer(null, new plugins.PluginInfo().setVersion(versions.pulumi));
  };

  // Plugins are found on the PATH: none is to be installed before the program runs.
  const getRequiredPlugins: handleUnaryCall<unknown, messages.GetRequiredPluginsResponse> = (_call, answer) => {
    answer(null, new messages.GetRequiredPluginsResponse());
  };
  const getRequiredPackages: handleUnaryCall<unknown, messages.GetRequiredPackagesResponse> = (_call, answer) => {
    answer(null, new messages.GetRequiredPackagesResponse());
  };

  const about: handleUnaryCall<unknown, messages.AboutResponse> = (_call, answer) => {
    answer(null, new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.versions.node));
  };

  const run: handleUnaryCall<messages.RunRequest, messages.RunResponse> = (call, answer) => {
    const { request } = call;
    const info = request.getInfo();
    const config: Record<string, string> = {};
    for (const [key, value] of request.getConfigMap().entries()) config[key] = value;
    const command = programCommand({
      folder: request.getPwd(),
      rootFolder: info?.getRootDirectory() ?? "",
      entryPoint: info?.getEntryPoint() || request.getProgram() || ".",
      options: info?.getOptions()?.toJavaScript() ?? {},
      organization: request.getOrganization(),
      project: request.getProject(),
      stack: request.getStack(),
      monitorAddress: request.getMonitorAddress(),
      engineAddress,
      parallel: request.getParallel(),
      dryRun: request.getDryrun(),
      config,
      configSecretKeys: request.getConfigsecretkeysList(),
      arguments: request.getArgsList(),
    });
    const response = new messages.RunResponse();
    start(command, "inherit", {
      started: (child) => call.on("cancelled", () => child.kill("SIGKILL")),
      failed: (why) => answer(null, response.setError(why)),
      ended: (code, signal) => {
        if (code === bailExitCode) response.setBail(true);
        else if (code !== 0) response.setError(`Program ended with ${signal ?? `exit code ${code}`}`);
        answer(null, response);
      },
    });
  };

  const runPlugin: handleServerStreamingCall<messages.RunPluginRequest, messages.RunPluginResponse> = (call) => {
    const { request } = call;
    const info = request.getInfo();
    const command = pluginCommand({
      kind: request.getKind(),
      folder: info?.getProgramDirectory() || request.getPwd(),
      entryPoint: info?.getEntryPoint() || request.getProgram() || ".",
      options: info?.getOptions()?.toJavaScript() ?? {},
      arguments: request.getArgsList(),
      environment: request.getEnvList(),
    });
    start(command, "pipe", {
      started: (child) => {
        call.on("cancelled", () => child.kill("SIGKILL"));
        child.stdout?.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStdout(data)));
        child.stderr?.on("data", (data: Buffer) => call.write(new messages.RunPluginResponse().setStderr(data)));
      },
      failed: (why) => call.destroy(new Error(why)),
      ended: (code) => {
        call.write(new messages.RunPluginResponse().setExitcode(code ?? 1));
        call.end();
      },
    });
  };

  return { handshake, getPluginInfo, getRequiredPlugins, getRequiredPackages, about, run, runPlugin };
}

interface Listeners {
  started(child: ChildProcess): void;
  failed(why: string): void;
  ended(code: number | null, signal: NodeJS.Signals | null): void;
}

/**
 * Starts a command with the SDK that its folder depends on. The official host takes the Node on the PATH; this one takes
 * the one that runs it, which knows TypeScript, unless another is asked for.
 */
function start(command: Command, output: "inherit" | "pipe", listeners: Listeners): void {
  let runner: string;
  try {
    runner = createRequire(join(command.folder, "package.json")).resolve(
      `@pulumi/pulumi/cmd/${command.runner}/index.js`,
    );
  } catch {
    listeners.failed(`@pulumi/pulumi is not installed for ${command.folder}: run npm ci.`);
    return;
  }
  const node = process.env.BERTH_PROGRAM_NODE ?? process.execPath;
  const child = spawn(node, [...command.nodeArguments, runner, ...command.arguments], {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ["ignore", output, output],
  });
  let failed = false;
  child.on("error", (error) => {
    failed = true;
    listeners.failed(`Node cannot be started in ${command.folder}: ${error.message}`);
  });
  child.on("close", (code, signal) => {
    if (!failed) listeners.ended(code, signal);
  });
  listeners.started(child);
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as kubernetes from "@pulumi/kubernetes";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { configMap } from "../support/provider-objects.ts";
import { buildStandIn, callFailure, Plugin, sources } from "../support/provider-plugin.ts";

// The stand-in as a program: what it is built from, how it starts, refuses and ends.
const bench = useProvider();
let binary: string;
const started: Plugin[] = [];

beforeAll(async () => {
  binary = await buildStandIn(bench().pulumi.work);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((plugin) => plugin.stop()));
});

async function start(...args: string[]): Promise<Plugin> {
  const plugin = await Plugin.start(binary, ...args);
  started.push(plugin);
  return plugin;
}

const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" } };

describe("the plugin itself", () => {
  test("its pure parts pass their own tests", async () => {
    const outcome = await promisify(execFile)("go", ["test", "./..."], { cwd: sources }).catch((error) => error);
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain("FAIL");
    expect(outcome).not.toBeInstanceOf(Error);
  });

  test("says the version that the linker gave it", async () => {
    expect(await (await start()).version()).toBe("4.0.0-test");
  });

  test.for([
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:kustomize:Directory",
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:nonsense",
  ])("%s is refused with its name and what to do", async (token) => {
    const { message } = await callFailure((await start()).check(token, {}));
    expect(message).toContain(token);
    expect(message).toContain("pulumi plugin install resource kubernetes");
  });

  test("functions are refused with their name", async () => {
    expect((await callFailure((await start()).invoke("kubernetes:yaml:decode"))).message).toContain(
      "kubernetes:yaml:decode",
    );
  });

  test("an operation before the configuration is refused", async () => {
    const fresh = await start();
    expect((await callFailure(fresh.create("kubernetes:core/v1:ConfigMap", settings))).message).toContain(
      "not configured",
    );
  });
});

describe("its life", () => {
  test("ends with the process that started it", async () => {
    const script = `const { spawn } = require("node:child_process");
      const plugin = spawn(${JSON.stringify(binary)}, { stdio: ["ignore", "inherit", "inherit"] });
      console.error(plugin.pid); setInterval(() => {}, 1000);`;
    const parent = await spawnParent(script);
    expect(alive(parent.plugin)).toBe(true);
    parent.kill();
    await bench().until("the plugin is gone", async () => !alive(parent.plugin), 10);
  });

  test("ends with the engine that it is connected to", async () => {
    const engine = await start(); // anything that serves will do
    const child = await start(`127.0.0.1:${engine.port}`);
    await child.attach(`127.0.0.1:${engine.port}`);
    const ended = new Promise((resolve) => child.process.once("exit", resolve));
    await engine.stop();
    await ended;
  });
});

describe("debugging", () => {
  test("an engine can be told to use a plugin that runs already, and leaves it running", async () => {
    const plugin = await start();
    const namespace = await bench().namespace();
    const stack = await bench().stack({ PULUMI_DEBUG_PROVIDERS: `kubernetes:${plugin.port}` });
    await stack.up(async () => {
      const metadata = { name: "settings", namespace };
      new kubernetes.core.v1.ConfigMap("settings", { metadata }, { provider: bench().provider() });
    });
    expect(await bench().read(configMap("settings", namespace))).toBeDefined();
    expect(await plugin.version()).toBe("4.0.0-test");
  });
});

interface Parent {
  readonly plugin: number;
  kill(): void;
}

/** Runs a script that starts a plugin and prints its id. */
async function spawnParent(script: string): Promise<Parent> {
  const parent = execFile(process.execPath, ["-e", script]);
  let said = "";
  parent.stderr?.on("data", (text) => {
    said += text;
  });
  const plugin = await bench().until("the plugin's id", async () => Number.parseInt(said, 10) || undefined);
  return { plugin, kill: () => parent.kill("SIGKILL") };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

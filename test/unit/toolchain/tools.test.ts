import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { versions } from "../../../toolchain/versions.ts";

const module = new URL("../../../toolchain/tools.ts", import.meta.url).href;

let folder = "";
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-tools-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A `go` that writes the programs which it is asked for, and notes each of its runs. */
function fakeGo(body: string): void {
  const script = `#!/bin/sh
echo run >> '${folder}/runs'
out=; last=; for a in "$@"; do [ "$last" = -o ] && out=$a; last=$a; done
${body}
[ "$last" = . ] && last=$(basename "$PWD")
echo "built" > "$out$(basename "$last")"
`;
  writeFileSync(join(folder, "bin", "go"), script);
  chmodSync(join(folder, "bin", "go"), 0o755);
}

/** Runs `ensureTools` in a process of its own: with this test's cache, without downloads, with only that `go`. */
function ensure(names: readonly string[]): { child: ChildProcess; done: Promise<{ output: string; errors: string }> } {
  const script = `
    import { ensureTools } from ${JSON.stringify(module)};
    try {
      const tools = await ensureTools(${JSON.stringify(names)});
      console.log(tools.map(({ name, version, source }) => [name, version, source].join(" ")).join("\\n"));
    } catch (error) {
      console.error(error.name + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: [join(folder, "bin"), "/usr/bin", "/bin", dirname(process.execPath)].join(delimiter),
      HOME: folder,
      BERTH_CACHE: join(folder, "cache"),
      BERTH_OFFLINE: "1",
    },
  });
  running.push(child);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return { child, done: once(child, "close").then(() => ({ output: output.trim(), errors: errors.trim() })) };
}

const tools = (...path: string[]): string => join(folder, "cache", "tools", ...path);
const runs = (): number => readFileSync(join(folder, "runs"), "utf8").trim().split("\n").length;
const staged = (): string[] => (existsSync(tools(".staging")) ? readdirSync(tools(".staging")) : []);

test("a program is built once, and found the next time", async () => {
  fakeGo("");
  expect((await ensure(["etcd"]).done).output).toBe(`etcd ${versions.etcd} built`);
  expect((await ensure(["etcd"]).done).output).toBe(`etcd ${versions.etcd} cached`);
  expect(runs()).toBe(1);
  expect(readFileSync(tools("etcd", versions.etcd, "etcd"), "utf8")).toBe("built\n");
  expect(staged()).toEqual([]);
});

test("only what is asked for is built", async () => {
  fakeGo("");
  await ensure(["kube-scheduler"]).done;
  expect(readdirSync(tools()).filter((name) => !name.startsWith("."))).toEqual(["kube-scheduler"]);
});

test("the stand-in for the provider is cached under its own version", async () => {
  fakeGo("");
  const { output } = await ensure(["pulumi-resource-kubernetes"]).done;
  expect(output).toMatch(/^pulumi-resource-kubernetes \d+\.\d+\.\d+-stand-in-[0-9a-f]{12} built$/);
});

test("two set-ups at once build once, and both get the program", async () => {
  fakeGo("sleep 0.3");
  const both = await Promise.all([ensure(["etcd"]).done, ensure(["etcd"]).done]);
  expect(both.map(({ output }) => output).sort()).toEqual([
    `etcd ${versions.etcd} built`,
    `etcd ${versions.etcd} cached`,
  ]);
  expect(runs()).toBe(1);
});

test("definitions of custom kinds are taken out of their Go module, and only the pinned ones", async () => {
  const module = join(folder, "module", "config", "crd");
  mkdirSync(module, { recursive: true });
  for (const kind of ["volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"]) {
    writeFileSync(join(module, `snapshot.storage.k8s.io_${kind}.yaml`), "kind: CustomResourceDefinition\n");
  }
  fakeGo(`[ "$1 $2" = "mod download" ] && echo '{ "Dir": "${join(folder, "module")}" }'; exit 0`);
  const { errors } = await ensure(["snapshot-crds"]).done;
  expect(errors).toContain(
    `github.com/kubernetes-csi/external-snapshotter/client/v8@v${versions.externalSnapshotter}: `,
  );
  expect(errors).toMatch(/have the SHA-256 [0-9a-f]{64} together, but [0-9a-f]{64} is pinned/);
  expect(staged()).toEqual([]);
  expect(existsSync(tools("snapshot-crds"))).toBe(false);
});

test("a killed build leaves no half program, and the next one is not held up", async () => {
  fakeGo(`echo half > "$out/etcd"; if [ ! -e '${folder}/second' ]; then echo > '${folder}/started'; exec sleep 60; fi`);
  const started = new Promise<void>((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name !== "started") return;
      watcher.close();
      resolve();
    });
  });
  const first = ensure(["etcd"]);
  await started;
  const go = readdirSync("/proc").find((pid) => readCommand(pid) === "sleep 60" && parentOf(pid) === first.child.pid);
  first.child.kill("SIGKILL");
  if (go) process.kill(Number(go), "SIGKILL");
  await first.done;
  expect(staged()).toHaveLength(1);
  expect(existsSync(tools("etcd"))).toBe(false);

  writeFileSync(join(folder, "second"), "");
  expect((await ensure(["etcd"]).done).output).toBe(`etcd ${versions.etcd} built`);
  expect(staged()).toEqual([]);
});

test("a program without its note of origin, as of a broken copy, is got again", async () => {
  fakeGo("");
  mkdirSync(tools("etcd", versions.etcd), { recursive: true });
  writeFileSync(tools("etcd", versions.etcd, "etcd"), "half");
  expect((await ensure(["etcd"]).done).output).toBe(`etcd ${versions.etcd} built`);
});

test("without Go and the internet the message says what was tried and what to do", async () => {
  const { errors } = await ensure(["etcd"]).done;
  expect(errors).toBe(`SetupError: etcd cannot be had.
  The download of etcd failed: not tried, as BERTH_OFFLINE=1
  The build from Go modules failed: there is no \`go\` on the PATH
What to do: connect this machine to the internet, or install Go (https://go.dev/dl) and let it reach a Go module
proxy (GOPROXY), then run the command again. \`npm run doctor\` shows what is there.`);
});

test("a failing build shows the compiler's words and leaves nothing", async () => {
  fakeGo('echo "main.go:7: undefined: x" >&2; exit 1');
  const { errors } = await ensure(["etcd"]).done;
  expect(errors).toContain("go build ended with 1:\nmain.go:7: undefined: x");
  expect(staged()).toEqual([]);
  expect(existsSync(tools("etcd"))).toBe(false);
});

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  } catch {
    return "";
  }
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0;
  }
}

import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Workspace } from "../../provisioner/contract/workspace.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { provision, useRealBerth } from "../support/real/berth.ts";
import { ask, enter } from "../support/real/browser.ts";
import { podsOf } from "../support/real/pods.ts";

const { api, kubeconfig } = useRealBerth();
const pods = podsOf(kubeconfig);

const report = z.object({ exit: z.number().nullable(), signal: z.string().nullable(), reason: z.string().nullable() });

describe("A sandbox behind the router", () => {
  let browser: Browser;
  let context: BrowserContext;
  let sandbox: Workspace;

  beforeAll(async () => {
    browser = await openBrowser();
    sandbox = await provision(api, "runner", "sandbox", { network: "none" });
    context = await browser.newContext();
    await enter(context, api, sandbox);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    if (sandbox) await api.remove(sandbox.id, "delete");
  });

  /** A call of the sandbox's API, as a page of the sandbox's own host makes it. */
  const call = (method: string, path: string, body?: object | string) =>
    ask(`${sandbox.url}${path}`, {
      ...{ context, method },
      headers: {
        origin: sandbox.url,
        ...(typeof body === "object" ? { "content-type": "application/json" } : {}),
      },
      ...(body === undefined ? {} : { body: typeof body === "object" ? JSON.stringify(body) : body }),
    });
  const make = async (limits: object) => {
    const { status, text } = await call("POST", "/sandboxes", limits);
    expect(status).toBe(201);
    return z.object({ id: z.string() }).parse(JSON.parse(text)).id;
  };
  const run = async (id: string, order: object) => {
    const answer = await call("POST", `/sandboxes/${id}/run`, order);
    expect(answer.status).toBe(200);
    const lines = answer.text
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const texts = lines.slice(0, -1).map((line) => z.record(z.string(), z.string()).parse(line));
    return {
      stdout: texts.map(({ stdout = "" }) => stdout).join(""),
      ...report.parse(lines.at(-1)),
    };
  };

  test("runs a program, takes files in and gives them out", async () => {
    const id = await make({ seconds: 10 });
    expect((await call("PUT", `/sandboxes/${id}/files/in.txt`, "6 7")).status).toBeLessThan(300);
    const code = "a, b = map(int, open('in.txt').read().split()); open('out.txt', 'w').write(str(a * b)); print(a * b)";
    expect(await run(id, { language: "python", code })).toMatchObject({ stdout: "42\n", exit: 0, reason: null });
    expect((await call("GET", `/sandboxes/${id}/files/out.txt`)).text).toBe("42");
    expect((await call("DELETE", `/sandboxes/${id}`)).status).toBe(204);
  });

  test.each([
    ["time", { seconds: 1 }, "import time; time.sleep(60)"],
    ["memory", { memoryMiB: 64 }, "x = [bytearray(2**20) for _ in range(4096)]"],
    ["processes", { processes: 16 }, "import os, time\nwhile True:\n  os.fork()"],
    ["output", { outputKiB: 64 }, "while True: print('x' * 1000)"],
    ["disk", { diskMiB: 8 }, "open('big', 'wb').write(bytes(64 * 2**20))"],
  ] as const)(
    "ends a program that exceeds its %s, says so, and goes on",
    async (reason, limits, code) => {
      const id = await make(limits);
      const ended = await run(id, { language: "python", code });
      // A program may notice first that it gets no more, and end by itself.
      if (ended.reason !== null) expect(ended.reason).toBe(reason);
      else expect(ended.exit).not.toBe(0);
      expect(await run(await make({}), { language: "python", code: "print('still here')" })).toMatchObject({
        stdout: "still here\n",
      });
    },
    60_000,
  );

  test("kills a program that ignores every signal, with all that it left behind", async () => {
    const id = await make({ seconds: 2 });
    const code = `import os, signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
if os.fork() == 0:
    os.setsid()
    while True: time.sleep(1)
while True: time.sleep(1)`;
    expect(await run(id, { language: "python", code })).toMatchObject({ reason: "time" });
    const { stdout } = await pods.run(
      sandbox.id,
      "sh",
      "-c",
      "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -c '[.]run-' || true",
    );
    expect(stdout.trim()).toBe("0");
  });

  test("gives nothing out through a link that leads elsewhere", async () => {
    const id = await make({});
    const code = "import os; os.symlink('/run/berth/identity/owner', 'mine'); os.symlink('/etc', 'etc')";
    await run(id, { language: "python", code });
    for (const path of ["mine", "etc/passwd", "../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd"]) {
      const answer = await call("GET", `/sandboxes/${id}/files/${path}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toMatch(/root:|^runner/);
    }
  });

  test("has no network when its parameter says none", async () => {
    const code = `import socket
try:
    socket.create_connection(("203.0.113.1", 80), timeout=3)
    print("open")
except OSError as error:
    print(type(error).__name__)`;
    expect((await run(await make({}), { language: "python", code })).stdout.trim()).toBe("ConnectionRefusedError");
  });

  test("is reached by nobody without a session, and cannot be told what to do from within", async () => {
    expect((await ask(`${sandbox.url}/sandboxes`, { method: "POST", body: "{}" })).status).toBe(401);
    const code = `import urllib.request
try:
    print(urllib.request.urlopen("http://127.0.0.1:8000/sandboxes", data=b"{}").status)
except Exception as error:
    print(type(error).__name__)`;
    expect((await run(await make({}), { language: "python", code })).stdout.trim()).not.toBe("201");
  });
});

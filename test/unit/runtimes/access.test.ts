import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAccess, tokenFile } from "../../../provisioner/runtimes/kubernetes/access.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-test-access-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secret = "token-that-nobody-may-see";

const config = (change: object = {}) => ({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "one",
  clusters: [
    { name: "c1", cluster: { server: "https://one.example.com:6443/", "certificate-authority-data": base64("CA") } },
    { name: "c2", cluster: { server: "https://user:pw@two.example.com/k8s/", "insecure-skip-tls-verify": true } },
  ],
  users: [
    { name: "u1", user: { token: secret } },
    { name: "u2", user: { "client-certificate-data": base64("CERT"), "client-key": "key.pem" } },
  ],
  contexts: [
    { name: "one", context: { cluster: "c1", user: "u1" } },
    { name: "two", context: { cluster: "c2", user: "u2" } },
  ],
  ...change,
});

describe("a kubeconfig", () => {
  test("says where the current context's cluster is, whom to trust and who one is", async () => {
    const access = await loadAccess({ kubeconfig: await write("a.json", config()) });
    expect(access).toMatchObject({ server: "https://one.example.com:6443", authority: "CA", insecure: false });
    expect(await access.token()).toBe(secret);
  });

  test("names another context; files are found beside it, and an address holds no password", async () => {
    await write("key.pem", "KEY");
    const access = await loadAccess({ kubeconfig: await write("b.json", config()), context: "two" });
    expect(access).toMatchObject({
      server: "https://two.example.com/k8s",
      certificate: "CERT",
      key: "KEY",
      insecure: true,
    });
    expect(await access.token()).toBeUndefined();
  });

  test("may be several files: the first to say something counts", async () => {
    const users = await write("users.json", { users: [{ name: "u1", user: { token: "other" } }] });
    const rest = await write("rest.json", config());
    const access = await loadAccess({ kubeconfig: [users, rest].join(delimiter) });
    expect(access.server).toBe("https://one.example.com:6443");
    expect(await access.token()).toBe("other");
  });

  test("may have a program make the token, which is asked once while its token holds", async () => {
    const status = { token: "made", expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() };
    const script = `require("fs").appendFileSync(process.env.CALLS, "x"); console.log(${JSON.stringify(
      JSON.stringify({ status }),
    )})`;
    const calls = await write("calls", "");
    const user = {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: process.execPath,
        args: ["-e", script],
        env: [{ name: "CALLS", value: calls }],
      },
    };
    const { token } = await loadAccess({
      kubeconfig: await write("exec.json", config({ users: [{ name: "u1", user }] })),
    });
    expect(await Promise.all([token(), token()])).toEqual(["made", "made"]);
    expect(await token()).toBe("made");
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(calls, "utf8")).toBe("x");
  });

  test.each<[string, string | object, string | undefined, RegExp]>([
    ["is not YAML", `users: [{ token: ${secret}, :::`, undefined, /not YAML/],
    ["is something else", `clusters: ${secret}`, undefined, /not a kubeconfig: clusters/],
    ["has no current context", config({ "current-context": "" }), undefined, /current context/],
    ["has no such context", config(), "three", /no context "three"; it has: one, two/],
    ["names a cluster that it has not", config({ clusters: [] }), undefined, /cluster that is not in it: "c1"/],
    ["names a user that it has not", config({ users: [] }), undefined, /user that is not in it/],
    [
      "names a file that is not there",
      config({ users: [{ name: "u1", user: { "client-key": "no.pem" } }] }),
      undefined,
      /client-key/,
    ],
  ])("that %s is refused by name, without showing what is in it", async (name, content, context, message) => {
    const kubeconfig = await write(`${name.replaceAll(" ", "-")}.yaml`, content);
    const error: unknown = await loadAccess({ kubeconfig, ...(context ? { context } : {}) }).catch(
      (failure) => failure,
    );
    expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(message) });
    expect(String(error)).toContain("KUBECONFIG");
    expect(String(error)).not.toContain(secret);
  });

  test("that is not there is refused by its path", async () => {
    const kubeconfig = join(folder, "nowhere.yaml");
    await expect(loadAccess({ kubeconfig })).rejects.toThrow(kubeconfig);
  });
});

test("without a kubeconfig and outside a cluster it is said what to do", async () => {
  await expect(loadAccess({}, {})).rejects.toThrow(/KUBECONFIG: missing/);
});

test("a token on disk that is written anew is read anew within a minute", async () => {
  let now = 0;
  const path = await write("token", "first\n");
  const token = tokenFile(path, () => now);
  expect(await token()).toBe("first");
  await write("token", "second\n");
  now = 59_000;
  expect(await token()).toBe("first");
  now = 60_000;
  expect(await token()).toBe("second");
});

import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { podKubeconfig } from "../../provisioner/pod-kubeconfig.ts";
import { loadAccess } from "../../provisioner/runtimes/kubernetes/access.ts";

let folder: string;
let account: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-test-pod-"));
  account = join(folder, "account");
  await mkdir(account);
  await writeFile(join(account, "token"), "hush-hush\n");
  await writeFile(join(account, "ca.crt"), "CA");
});
afterAll(() => rm(folder, { recursive: true }));

const pod = { KUBERNETES_SERVICE_HOST: "10.100.0.1", KUBERNETES_SERVICE_PORT: "443" };

describe("the kubeconfig of a pod", () => {
  test("names the files of its account, which are renewed, and can be read by nobody else", async () => {
    const file = await podKubeconfig(join(folder, "run"), pod, account);
    expect(file).toBe(join(folder, "run", "kubeconfig"));
    const text = await readFile(file ?? "", "utf8");
    expect(text).not.toContain("hush-hush");
    expect(JSON.parse(text)).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "pod",
          cluster: { server: "https://10.100.0.1:443", "certificate-authority": join(account, "ca.crt") },
        },
      ],
      users: [{ name: "pod", user: { tokenFile: join(account, "token") } }],
      contexts: [{ name: "pod", context: { cluster: "pod", user: "pod" } }],
      "current-context": "pod",
    });
    expect((await stat(file ?? "")).mode & 0o777).toBe(0o600);
  });

  test("is one that leads to the cluster", async () => {
    const kubeconfig = await podKubeconfig(
      join(folder, "run"),
      { ...pod, KUBERNETES_SERVICE_HOST: "fd00::1" },
      account,
    );
    const access = await loadAccess({ kubeconfig });
    expect(access).toMatchObject({ server: "https://[fd00::1]", authority: "CA", insecure: false });
    expect(await access.token()).toBe("hush-hush");
  });

  test("is not made outside a pod, nor in one without a token", async () => {
    expect(await podKubeconfig(join(folder, "none"), {}, account)).toBeUndefined();
    expect(await podKubeconfig(join(folder, "none"), pod, join(folder, "nowhere"))).toBeUndefined();
    await expect(stat(join(folder, "none"))).rejects.toThrow("ENOENT");
  });
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Workspace } from "../../provisioner/contract/workspace.ts";
import { link } from "../../toolchain/real-node/network.ts";
import { provision, useRealBerth } from "../support/real/berth.ts";
import { podsOf } from "../support/real/pods.ts";

const { api, kubeconfig } = useRealBerth();
const pods = podsOf(kubeconfig);

/** A program that says of each `host:port` whether a connection opens, or not. */
const probe = `
import socket, sys
for target in sys.argv[1:]:
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        print(target, "open")
    except OSError:
        print(target, "shut")
`;

/** Address at which clouds hand out a machine's credentials; here a service of the host has it. */
const metadataAddress = "169.254.169.254";
const unfenced = "unfenced";

/** What a workspace must not reach, by what it is. */
interface Place {
  readonly what: string;
  readonly target: string;
  /** Its own policies keep everybody out, also who has none. */
  readonly fenced?: true;
}

describe("A workspace on a real node", () => {
  let mine: Workspace;
  let neighbour: Workspace;
  let places: readonly Place[] = [];
  const servers: Server[] = [];

  beforeAll(async () => {
    execFileSync("ip", ["address", "replace", `${metadataAddress}/32`, "dev", link.name]);
    [mine, neighbour] = await Promise.all([provision(api, "fenced-a", "home"), provision(api, "fenced-b", "home")]);
    const like = await pods.of(mine.id);
    await pods.api.createNamespace({ body: { metadata: { name: unfenced } } });
    await pods.make(unfenced, unfencedPod("free", like));
    await pods.make(unfenced, unfencedPod("served", like, ["python3", "-m", "http.server", "8000"]));
    places = await forbiddenPlaces();
  }, 300_000);

  afterAll(async () => {
    for (const server of servers) server.close();
    for (const workspace of [mine, neighbour]) if (workspace) await api.remove(workspace.id, "delete");
  });

  test("reaches no neighbour, no API server, no kubelet, no metadata: nothing that is private", async () => {
    const { stdout } = await pods.run(mine.id, "python3", "-c", probe, ...targets());
    expect(statesOf(stdout)).toEqual(Object.fromEntries(places.map(({ target }) => [target, "shut"])));
  });

  test("is kept from them by its policies: a pod without any reaches all that are not fenced themselves", async () => {
    const { stdout } = await pods.runIn({ namespace: unfenced, name: "free" }, ["python3", "-c", probe, ...targets()]);
    expect(statesOf(stdout)).toEqual(
      Object.fromEntries(places.map(({ target, fenced }) => [target, fenced ? "shut" : "open"])),
    );
  });

  test("asks the cluster's DNS, which knows its neighbour and lets it get no further", async () => {
    const lookUp = `import socket; print(socket.gethostbyname("workspace.${neighbour.id}.svc.cluster.local"))`;
    const { stdout } = await pods.run(mine.id, "python3", "-c", lookUp);
    expect(stdout.trim()).toBe((await pods.of(neighbour.id)).status?.podIP);
  });

  test("has no token of the cluster, and no environment that speaks of others' services", async () => {
    const { code } = await pods.run(mine.id, "ls", "/var/run/secrets/kubernetes.io");
    expect(code).not.toBe(0);
    const { stdout } = await pods.run(mine.id, "env");
    // Where the API server is, Kubernetes tells every container.
    expect(stdout.replaceAll(/^KUBERNETES_.*$/gm, "")).not.toMatch(/_SERVICE_HOST|_PORT_\d+_TCP/);
  });

  test("is nobody: no root, no capability, no new right, system calls filtered", async () => {
    const { stdout } = await pods.run(mine.id, "cat", "/proc/self/status");
    const status = Object.fromEntries(stdout.split("\n").map((line) => line.split(/:\s*/, 2)));
    expect(status).toMatchObject({
      Uid: "1000\t1000\t1000\t1000",
      CapEff: "0000000000000000",
      CapBnd: "0000000000000000",
      CapAmb: "0000000000000000",
      NoNewPrivs: "1",
      Seccomp: "2",
    });
  });

  test.each([
    ["becomes root by no program", `import os; os.setuid(0)`],
    [
      "mounts nothing",
      `import ctypes, os; r = ctypes.CDLL(None, use_errno=True).mount(b"none", b"/tmp", b"tmpfs", 0, 0)\nif r: raise OSError(ctypes.get_errno())`,
    ],
    ["makes no device", `import os, stat; os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(254, 0))`],
    [
      "sends no packets of its own making",
      `import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)`,
    ],
    ["listens to no wire", `import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)`],
    [
      "loads nothing into the kernel",
      `import ctypes; r = ctypes.CDLL(None, use_errno=True).init_module(b"", 0, b"")\nif r: raise OSError(ctypes.get_errno())`,
    ],
    [
      "traces no other container",
      `import os; open("/proc/1/mem", "rb").seek(0) if os.getpid() == 0 else os.kill(2**22 - 2, 9)`,
    ],
    ["writes nothing of the kernel's", `open("/proc/sys/kernel/core_pattern", "w").write("|/tmp/x")`],
    ["writes nothing of its image", `open("/usr/bin/mine", "w")`],
  ])("%s", async (_what, program) => {
    const { code, stderr } = await pods.run(mine.id, "python3", "-c", program);
    expect(stderr).toMatch(/PermissionError|OSError|ProcessLookupError/);
    expect(code).toBe(1);
  });

  test("sees its own processes and mounts alone", async () => {
    const { stdout: commands } = await pods.run(mine.id, "sh", "-c", "cat /proc/[0-9]*/comm");
    expect(commands).not.toMatch(/kubelet|containerd|etcd|kube-/);
    const { stdout: mounts } = await pods.run(mine.id, "cat", "/proc/mounts");
    expect(mounts).not.toContain(neighbour.id);
    expect(mounts).not.toMatch(/docker\.sock|containerd\.sock|kubelet /);
  });

  test("fills its own volume and nobody else's", async () => {
    const fill = `import os, errno
try:
    with open("/home/user/fill", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 6 * 2**30)
    print("fits")
except OSError as error:
    print(errno.errorcode[error.errno])
os.unlink("/home/user/fill")`;
    const { stdout } = await pods.run(mine.id, "python3", "-c", fill);
    expect(stdout.trim()).toBe("ENOSPC");
    const { code } = await pods.run(neighbour.id, "sh", "-c", "echo fine >/home/user/note && cat /home/user/note");
    expect(code).toBe(0);
  });

  test("makes 512 processes and no more, and its neighbour does not notice", async () => {
    const bomb = `import os, time
children = 0
try:
    while children < 2000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError:
    pass
print(children)
os.killpg(0, 9)`;
    const { stdout } = await pods.run(mine.id, "python3", "-u", "-c", bomb);
    expect(Number(stdout.trim())).toBeGreaterThan(300);
    expect(Number(stdout.trim())).toBeLessThan(512);
    expect((await pods.run(neighbour.id, "true")).code).toBe(0);
  });

  test("that takes more memory than it has is ended, alone", async () => {
    const eat = `blocks = []
while True:
    blocks.append(bytearray(16 * 2**20))`;
    const { code } = await pods.run(mine.id, "python3", "-c", eat);
    expect(code).toBe(137);
    expect((await pods.run(neighbour.id, "true")).code).toBe(0);
  });

  test("cannot be given what is not restricted: the cluster refuses such a pod in its namespace", async () => {
    const like = await pods.of(mine.id);
    const pod = unfencedPod("privileged", like);
    const [container] = pod.spec?.containers ?? [];
    if (container) container.securityContext = { privileged: true };
    await expect(pods.api.createNamespacedPod({ namespace: mine.id, body: pod })).rejects.toThrow(/restricted/);
  });

  const targets = () => places.map(({ target }) => target);

  async function forbiddenPlaces(): Promise<readonly Place[]> {
    const address = (await pods.of(neighbour.id)).status?.podIP ?? "";
    const served = await pods.api.readNamespacedPod({ namespace: unfenced, name: "served" });
    const { items } = await pods.api.listNamespacedPod({
      namespace: "kube-system",
      labelSelector: "k8s-app=kube-dns",
    });
    return [
      { what: "the neighbour's shell", target: `${address}:3000`, fenced: true },
      { what: "the neighbour's gateway", target: `${address}:4000`, fenced: true },
      { what: "the neighbour's agent", target: `${address}:8686`, fenced: true },
      { what: "its Service", target: `workspace.${neighbour.id}.svc.cluster.local:3000`, fenced: true },
      { what: "a pod that nothing fences", target: `${served.status?.podIP}:8000` },
      { what: "the API server by its Service", target: "10.96.0.1:443" },
      { what: "the API server by its name", target: "kubernetes.default.svc.cluster.local:443" },
      { what: "the API server by its address", target: serverOf(kubeconfig) },
      { what: "the kubelet", target: `${link.node}:10250` },
      { what: "the health of kube-proxy", target: `${link.node}:10256` },
      { what: "the readiness of the cluster's DNS", target: `${items[0]?.status?.podIP}:8181` },
      { what: "the metadata address", target: `${metadataAddress}:${await listen(metadataAddress)}` },
      { what: "a service of the host", target: `${link.host}:${await listen(link.host)}` },
    ];
  }

  function listen(address: string): Promise<number> {
    const server = createServer((socket) => socket.end());
    servers.push(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, address, () => {
        const bound = server.address();
        resolve(typeof bound === "object" && bound ? bound.port : 0);
      });
    });
  }
});

/** A pod of the same image, in a namespace that has no policies. */
function unfencedPod(name: string, like: V1Pod, command: string[] = ["sleep", "3600"]): V1Pod {
  const image = like.spec?.containers[0]?.image ?? "";
  return {
    metadata: { name },
    spec: { containers: [{ name, image, imagePullPolicy: "Never", command }], terminationGracePeriodSeconds: 0 },
  };
}

const kubeconfigSchema = z.object({ clusters: z.array(z.object({ cluster: z.object({ server: z.url() }) })).min(1) });

/** `host:port` of a kubeconfig's API server. */
function serverOf(file: string): string {
  const [first] = kubeconfigSchema.parse(parse(readFileSync(file, "utf8"))).clusters;
  return new URL(first?.cluster.server ?? "").host;
}

function statesOf(text: string): Record<string, string> {
  const lines = text.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(" ", 2)).map(([target = "", state = ""]) => [target, state]),
  );
}

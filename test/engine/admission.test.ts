import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foundationNames, placementOn } from "../../components/platform/names.ts";
import { flattenFoundation, planFoundation } from "../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../components/platform/spec.ts";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../components/workspace/plan.ts";
import { apply, at, type Caller, connect, pathOf, until } from "../support/cluster.ts";
import { usePlatform } from "../support/platform.ts";

const tag = randomBytes(4).toString("hex");
const installation = `test-${tag}`;
const spec = parseFoundationSpec({
  installation,
  name: `test-${tag}`,
  storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
});
const names = foundationNames(spec);

const ours = `ws-ours-${tag}`;
const unlabelled = `ws-bare-${tag}`;
const others = `ws-other-${tag}`;
const plain = `plain-${tag}`;
const foreignVolume = `foreign-${tag}`;

const workspace = composeWorkspace({
  ...{ id: ours, owner: "alice", blueprint: "home", host: "alice.example.com", installation },
  placement: placementOn(spec),
});
const plan = planWorkspace(workspace);

let admin: Caller;
let engine: Caller;
let volume: string;

function namespaceLike(name: string, labels: Record<string, string>) {
  return { ...plan.namespace, metadata: { name, labels } };
}

beforeAll(async () => {
  admin = await connect(usePlatform().kubeconfig);
  await apply(admin, flattenFoundation(planFoundation(spec)));
  await apply(admin, [
    namespaceLike(unlabelled, {}),
    namespaceLike(plain, {}),
    namespaceLike(others, { ...labelsFor(others), "berth.dev/installation": "another" }),
    {
      ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: foreignVolume } },
      ...{ spec: { ...volumeSpec, storageClassName: "somebody-elses" } },
    },
  ]);
  const account = `/api/v1/namespaces/${names.namespace}/serviceaccounts/${names.serviceAccounts.engine}/token`;
  const token = await admin.call("POST", account, tokenRequest);
  engine = admin.as(String(at(token.body, "status", "token")));
  // Roles and policies come into force when the API server's own watches have seen them.
  await inForce(() => makeNamespace("mine", { ...labels, ...labelsFor("mine") }), /begins with 'ws-'/);
  await inForce(() => remove(`${volumes}/${foreignVolume}`), /belongs to no workspace of ours/);
  await apply(engine, flattenPlan(plan));
  for (const what of ["claim a volume of another class", "open a node port", "make a ServiceAccount's token secret"]) {
    const [attempt, why] = refused[what] ?? [];
    if (attempt && why) await inForce(attempt, why);
  }
  volume = await until("the home volume is bound", async () => {
    const name = at((await engine.call("GET", pathOf(plan.home))).body, "spec", "volumeName");
    return typeof name === "string" ? name : undefined;
  });
});

afterAll(async () => {
  for (const name of [ours, unlabelled, others, plain]) await admin.call("DELETE", `/api/v1/namespaces/${name}`);
  for (const name of [foreignVolume, volume]) if (name) await admin.call("DELETE", `/api/v1/persistentvolumes/${name}`);
  for (const manifest of flattenFoundation(planFoundation(spec)).toReversed()) {
    await admin.call("DELETE", pathOf(manifest));
  }
  await admin.call("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${names.engineRole}-admin`);
});

async function inForce(attempt: () => Attempt, why: RegExp): Promise<void> {
  await until(`${why} is in force`, async () => (why.test((await tryOut(attempt())).message) ? true : undefined));
}

function labelsFor(id: string): Record<string, string> {
  return {
    "app.kubernetes.io/managed-by": "berth",
    "berth.dev/installation": installation,
    "berth.dev/workspace": id,
  };
}
const restricted = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};
const volumeSpec = {
  accessModes: ["ReadWriteOnce"],
  capacity: { storage: "1Gi" },
  hostPath: { path: "/nowhere" },
};
const tokenRequest = {
  ...{ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
};
const forged = `ws-new-${tag}`;

interface Attempt {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

const post = (path: string, body: object): Attempt => ({ method: "POST", path, body });
const patch = (path: string, body: object): Attempt => ({ method: "PATCH", path, body });
const get = (path: string): Attempt => ({ method: "GET", path });
const remove = (path: string): Attempt => ({ method: "DELETE", path });

const namespaces = "/api/v1/namespaces";
const inOurs = `${namespaces}/${ours}`;
const volumes = "/api/v1/persistentvolumes";
const roles = "/apis/rbac.authorization.k8s.io/v1";
const labels = { ...labelsFor(forged), ...restricted };
const enforce = "pod-security.kubernetes.io/enforce";
const labelled = (changes: Record<string, string | null>) => ({ metadata: { labels: changes } });
const makeNamespace = (name: string, changes: Record<string, string>) => post(namespaces, namespaceLike(name, changes));
const object = (apiVersion: string, kind: string, name: string, rest: object = {}) => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...rest,
});
const elsewhere = (manifest: { readonly metadata: object }) => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace: plain },
});
const binding = (kind: string) => ({
  ...object("rbac.authorization.k8s.io/v1", kind, "mine"),
  ...{ roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" } },
  ...{ subjects: [{ kind: "ServiceAccount", name: names.serviceAccounts.engine, namespace: names.namespace }] },
});
const pod = object("v1", "Pod", "mine", { spec: plan.deployment.spec.template.spec });
const settings = object("v1", "ConfigMap", "settings", { data: {} });
const service = (spec: object) => object("v1", "Service", "workspace", { spec: { ports: [{ port: 80 }], ...spec } });

/** What the engine's work needs. Its volume's name is known only later. */
const allowed: Readonly<Record<string, () => Attempt>> = {
  "make a workspace's namespace": () => makeNamespace(forged, labels),
  "note something on its own namespace": () => patch(inOurs, { metadata: { annotations: { a: "b" } } }),
  "delete its own namespace": () => remove(inOurs),
  "put a workspace to sleep": () => patch(`${pathOf(plan.deployment)}/scale`, { spec: { replicas: 0 } }),
  "change a workspace's deployment": () => patch(pathOf(plan.deployment), { spec: { revisionHistoryLimit: 2 } }),
  "read a workspace's identity": () => get(pathOf(plan.identity)),
  "grow a workspace's volume": () =>
    patch(pathOf(plan.home), { spec: { resources: { requests: { storage: "6Gi" } } } }),
  "see pods everywhere": () => get("/api/v1/pods"),
  "have a volume deleted with its claim": () =>
    patch(`${volumes}/${volume}`, { spec: { persistentVolumeReclaimPolicy: "Delete" } }),
  "label a workspace's volume as its own": () => patch(`${volumes}/${volume}`, labelled(labelsFor(ours))),
  "ask about its own rights": () =>
    post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      ...{ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview" },
      spec: { resourceAttributes: { verb: "get", resource: "pods" } },
    }),
};

/** What it may not do, and part of the answer that it gets. */
const refused: Readonly<Record<string, readonly [() => Attempt, RegExp]>> = {
  "make a namespace of another name": [
    () => makeNamespace("mine", { ...labels, ...labelsFor("mine") }),
    /begins with 'ws-'/,
  ],
  "make a namespace without ownership labels": [
    () => makeNamespace(forged, restricted),
    /without its ownership labels/,
  ],
  "make another installation's namespace": [
    () => makeNamespace(forged, { ...labels, "berth.dev/installation": "another" }),
    /without its ownership labels/,
  ],
  "make a namespace that says it is another workspace": [
    () => makeNamespace(forged, { ...labels, "berth.dev/workspace": ours }),
    /without its ownership labels/,
  ],
  "make a namespace at the baseline level": [
    () => makeNamespace(forged, { ...labels, [enforce]: "baseline" }),
    /below Pod Security/,
  ],
  "make a namespace without a level": [() => makeNamespace(forged, labelsFor(forged)), /below Pod Security/],
  "make a namespace at an old version of the level": [
    () => makeNamespace(forged, { ...labels, "pod-security.kubernetes.io/enforce-version": "v1.20" }),
    /below Pod Security/,
  ],
  "lower its own namespace's level": [() => patch(inOurs, labelled({ [enforce]: "privileged" })), /nor lower one/],
  "take the level off its own namespace": [() => patch(inOurs, labelled({ [enforce]: null })), /nor lower one/],
  "take the installation off its own namespace": [
    () => patch(inOurs, labelled({ "berth.dev/installation": null })),
    /nor take them away/,
  ],
  "give its own namespace to another installation": [
    () => patch(inOurs, labelled({ "berth.dev/installation": "another" })),
    /nor take them away/,
  ],
  "adopt a namespace that nobody labelled": [
    () => patch(`${namespaces}/${unlabelled}`, labelled({ ...labelsFor(unlabelled), ...restricted })),
    /is no workspace of installation/,
  ],
  "delete a namespace that nobody labelled": [
    () => remove(`${namespaces}/${unlabelled}`),
    /is no workspace of installation/,
  ],
  "delete another installation's namespace": [
    () => remove(`${namespaces}/${others}`),
    /is no workspace of installation/,
  ],
  "delete a namespace of another name": [() => remove(`${namespaces}/${plain}`), /begins with 'ws-'/],
  "delete the platform's namespace": [() => remove(`${namespaces}/${names.namespace}`), /begins with 'ws-'/],
  "make a deployment in another namespace": [
    () => post(`/apis/apps/v1/namespaces/${plain}/deployments`, elsewhere(plan.deployment)),
    /only in restricted namespaces of workspaces/,
  ],
  "make a secret in kube-system": [
    () => post(`${namespaces}/kube-system/secrets`, object("v1", "Secret", "identity")),
    /only in restricted namespaces of workspaces/,
  ],
  "make settings in a namespace that nobody labelled": [
    () => post(`${namespaces}/${unlabelled}/configmaps`, settings),
    /only in restricted namespaces of workspaces/,
  ],
  "make settings in another installation's workspace": [
    () => post(`${namespaces}/${others}/configmaps`, settings),
    /only in restricted namespaces of workspaces/,
  ],
  "make a ServiceAccount's token secret": [
    () =>
      post(`${inOurs}/secrets`, {
        ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token" },
        metadata: { name: "x", annotations: { "kubernetes.io/service-account.name": "workspace" } },
      }),
    /type Opaque only/,
  ],
  "open a node port": [() => post(`${inOurs}/services`, service({ type: "NodePort" })), /within the cluster only/],
  "order a load balancer": [
    () => post(`${inOurs}/services`, service({ type: "LoadBalancer" })),
    /within the cluster only/,
  ],
  "take over a foreign address": [
    () => post(`${inOurs}/services`, service({ externalIPs: ["203.0.113.7"] })),
    /within the cluster only/,
  ],
  "claim a volume of another class": [
    () =>
      post(`${inOurs}/persistentvolumeclaims`, {
        ...plan.home,
        metadata: { name: "other" },
        spec: { ...plan.home.spec, storageClassName: "somebody-elses" },
      }),
    /volumes of class/,
  ],
  "make a volume": [() => post(volumes, object("v1", "PersistentVolume", "mine", { spec: volumeSpec })), /forbidden/],
  "change a foreign volume": [
    () => patch(`${volumes}/${foreignVolume}`, { spec: { persistentVolumeReclaimPolicy: "Delete" } }),
    /belongs to no workspace of ours/,
  ],
  "delete a foreign volume": [() => remove(`${volumes}/${foreignVolume}`), /belongs to no workspace of ours/],
  "give a workspace's volume to another namespace": [
    () => patch(`${volumes}/${volume}`, { spec: { claimRef: { namespace: plain, name: "x", uid: null } } }),
    /may not give a volume away|to claims in workspaces only/,
  ],
  "read another secret of a workspace": [() => get(`${inOurs}/secrets/other`), /cannot get resource "secrets"/],
  "read a secret of kube-system": [
    () => get(`${namespaces}/kube-system/secrets/other`),
    /cannot get resource "secrets"/,
  ],
  "list secrets": [() => get("/api/v1/secrets"), /cannot list resource "secrets"/],
  "make a pod": [() => post(`${inOurs}/pods`, pod), /cannot create resource "pods"/],
  "give itself a role in a workspace": [
    () => post(`${roles}/namespaces/${ours}/rolebindings`, binding("RoleBinding")),
    /cannot create resource "rolebindings"/,
  ],
  "give itself a role in the cluster": [
    () => post(`${roles}/clusterrolebindings`, binding("ClusterRoleBinding")),
    /cannot create resource "clusterrolebindings"/,
  ],
  "take a wall down": [
    () => remove(`/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${names.wall("places")}`),
    /cannot delete resource "validatingadmissionpolicies"/,
  ],
  "ask for another ServiceAccount's token": [
    () => post(`${namespaces}/${names.namespace}/serviceaccounts/${names.serviceAccounts.api}/token`, tokenRequest),
    /cannot create resource "serviceaccounts\/token"/,
  ],
};

/** What the walls alone must hold, should a role ever give too much. */
const refusedDespiteEveryRight: Readonly<Record<string, readonly [() => Attempt, RegExp]>> = {
  "make a pod in a workspace": [() => post(`${inOurs}/pods`, pod), /kinds of a workspace's plan only/],
  "give itself a role in a workspace": [
    () => post(`${roles}/namespaces/${ours}/rolebindings`, binding("RoleBinding")),
    /kinds of a workspace's plan only/,
  ],
  "ask for another ServiceAccount's token": [
    () => post(`${namespaces}/${names.namespace}/serviceaccounts/${names.serviceAccounts.api}/token`, tokenRequest),
    /kinds of a workspace's plan only/,
  ],
  "make a volume": [
    () => post(volumes, object("v1", "PersistentVolume", "mine", { spec: volumeSpec })),
    /may not make volumes/,
  ],
  "change settings of another namespace": [
    () => patch(`${namespaces}/kube-system/configmaps/kube-root-ca.crt`, { data: { a: "b" } }),
    /only in restricted namespaces of workspaces/,
  ],
  "delete a workspace's own objects elsewhere": [
    () => remove(`${namespaces}/${others}/serviceaccounts/default`),
    /only in restricted namespaces of workspaces/,
  ],
  "finish off a namespace": [() => patch(`${inOurs}/status`, {}), /kinds of a workspace's plan only/],
};

/** Tries without effect: admission judges a dry run like a real one. */
async function tryOut({ method, path, body }: Attempt) {
  return engine.call(method, method === "GET" ? path : `${path}?dryRun=All`, body);
}

describe("the engine's identity", () => {
  test.each(Object.entries(allowed))("may %s", async (_what, attempt) => {
    const answer = await tryOut(attempt());
    expect({ refusal: answer.status < 300 ? null : answer.message }).toEqual({ refusal: null });
  });

  test.each(Object.entries(refused))("may not %s", async (_what, [attempt, why]) => {
    const answer = await tryOut(attempt());
    expect([answer.status, answer.message]).toEqual([403, expect.stringMatching(why)]);
  });

  test("keeps what it may read of a workspace's identity to that workspace's own files", async () => {
    const { body } = await tryOut(get(pathOf(plan.identity)));
    expect(at(body, "data")).toEqual(plan.identity.data);
  });
});

describe("the engine's identity with every right of the cluster", () => {
  beforeAll(async () => {
    const metadata = { name: `${names.engineRole}-admin` };
    await apply(admin, [{ ...binding("ClusterRoleBinding"), metadata }]);
    await until("the rights are in force", async () => {
      const { status } = await engine.call("GET", `${namespaces}/kube-system/secrets`);
      return status === 200 ? true : undefined;
    });
  });

  test.each(Object.entries(refusedDespiteEveryRight))("may not %s", async (_what, [attempt, why]) => {
    const answer = await tryOut(attempt());
    expect([answer.status, answer.message]).toEqual([403, expect.stringMatching(why)]);
  });
});

describe("the plan on a real API server", () => {
  const variants = ["desktop", "home"].flatMap((blueprint) =>
    (["router", "ingress", "none"] as const).map((expose) => ({ blueprint, expose })),
  );
  const id = (blueprint: string, expose: string) => `ws-${blueprint}-${expose}-${tag}`;
  afterAll(async () => {
    for (const { blueprint, expose } of variants) await admin.call("DELETE", `${namespaces}/${id(blueprint, expose)}`);
  });

  test.each(variants)(
    "a $blueprint exposed by $expose is accepted strictly and gets ready",
    async ({ blueprint, expose }) => {
      const variant = composeWorkspace({
        ...{
          id: id(blueprint, expose),
          owner: "bob@example.com",
          blueprint,
          expose,
          host: "bob.example.com",
          installation,
        },
        placement: {
          ...placementOn(spec),
          ...{ hostUsers: false, denyEgress: ["44.1.2.0/24", "2600:1f00::/24"] },
          tolerations: [{ key: "berth.dev/workspaces", operator: "Exists", effect: "NoSchedule" }],
        },
      });
      const variantPlan = planWorkspace(variant);
      await apply(admin, flattenPlan(variantPlan));
      await until("it is ready", async () => {
        const { body } = await admin.call("GET", pathOf(variantPlan.deployment));
        return at(body, "status", "readyReplicas") === 1 ? true : undefined;
      });
    },
  );
});

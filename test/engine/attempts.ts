import { labelKeys, managedBy } from "../../components/core/labels.ts";
import { foundationNames, placementOn } from "../../components/platform/names.ts";
import type { FoundationSpec } from "../../components/platform/spec.ts";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { planWorkspace } from "../../components/workspace/plan.ts";
import { pathOf } from "../support/cluster.ts";
import { tokenRequest } from "../support/foundation.ts";

/** One request to the API server. */
export interface Attempt {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

const post = (path: string, body: object): Attempt => ({ method: "POST", path, body });
const patch = (path: string, body: object): Attempt => ({ method: "PATCH", path, body });
const get = (path: string): Attempt => ({ method: "GET", path });
const remove = (path: string): Attempt => ({ method: "DELETE", path });

/** Attempts by what they are. The name of the workspace's volume is known only when the tests run. */
export type Attempts = Readonly<Record<string, () => Attempt>>;
/** Attempts with part of the answer that refuses them. */
export type Refusals = Readonly<Record<string, readonly [() => Attempt, RegExp]>>;

const restricted = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};
const volumeSpec = {
  accessModes: ["ReadWriteOnce"],
  capacity: { storage: "1Gi" },
  hostPath: { path: "/nowhere" },
};

/** The stage of the attempts: a workspace of ours, and things that are not. */
export function stageOn(spec: FoundationSpec, tag: string) {
  const { installation } = spec;
  const names = {
    ...{ ours: `ws-ours-${tag}`, forged: `ws-new-${tag}`, unlabelled: `ws-bare-${tag}`, others: `ws-other-${tag}` },
    ...{ plain: `plain-${tag}`, foreignVolume: `foreign-${tag}` },
  };
  const plan = planWorkspace(
    composeWorkspace({
      ...{ id: names.ours, owner: "alice", blueprint: "home", host: "alice.example.com", installation },
      placement: placementOn(spec),
    }),
  );
  const namespaceLike = (name: string, labels: Record<string, string>) => ({
    ...plan.namespace,
    metadata: { name, labels },
  });
  const labelsFor = (id: string): Record<string, string> => ({
    [labelKeys.managedBy]: managedBy,
    [labelKeys.installation]: installation,
    [labelKeys.workspace]: id,
  });
  /** What others made, that the engine must leave alone. */
  const foreign = [
    namespaceLike(names.unlabelled, {}),
    namespaceLike(names.plain, {}),
    namespaceLike(names.others, { ...labelsFor(names.others), [labelKeys.installation]: "another" }),
    {
      ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: names.foreignVolume } },
      ...{ spec: { ...volumeSpec, storageClassName: "somebody-elses" } },
    },
  ];
  return { ...names, plan, foreign, namespaceLike, labelsFor };
}

/** What the engine's identity may do, what it may not, and what it may not even with every right of the cluster. */
export function attemptsOn(spec: FoundationSpec, tag: string, volumeName: () => string) {
  const names = foundationNames(spec);
  const { ours, forged, unlabelled, others, plain, foreignVolume, plan, namespaceLike, labelsFor } = stageOn(spec, tag);
  const namespaces = "/api/v1/namespaces";
  const inOurs = `${namespaces}/${ours}`;
  const volumes = "/api/v1/persistentvolumes";
  const roles = "/apis/rbac.authorization.k8s.io/v1";
  const labels = { ...labelsFor(forged), ...restricted };
  const enforce = "pod-security.kubernetes.io/enforce";
  const labelled = (changes: Record<string, string | null>) => ({ metadata: { labels: changes } });
  const makeNamespace = (name: string, changes: Record<string, string>) =>
    post(namespaces, namespaceLike(name, changes));
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

  /** What the engine's work needs. */
  const allowed: Attempts = {
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
      patch(`${volumes}/${volumeName()}`, { spec: { persistentVolumeReclaimPolicy: "Delete" } }),
    "label a workspace's volume as its own": () => patch(`${volumes}/${volumeName()}`, labelled(labelsFor(ours))),
    "ask about its own rights": () =>
      post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        ...{ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview" },
        spec: { resourceAttributes: { verb: "get", resource: "pods" } },
      }),
  };

  /** What it may not do, and part of the answer that it gets. */
  const refused: Refusals = {
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
      () => patch(`${volumes}/${volumeName()}`, { spec: { claimRef: { namespace: plain, name: "x", uid: null } } }),
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
  const refusedDespiteEveryRight: Refusals = {
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

  return { allowed, refused, refusedDespiteEveryRight };
}

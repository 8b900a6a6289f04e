import type { ProvisionerSpec } from "../spec.ts";
import {
  entries,
  folders,
  labelsOf,
  metadataOf,
  type Program,
  type ProvisionerNames,
  portsOf,
  type Service,
  services,
  user,
} from "./programs.ts";

/** Seconds in which the edge hears that a pod goes, before the pod stops listening. */
const farewellSeconds = 5;
/** Seconds after its deadline in which the provisioner ends whatever has not ended (provisioner/entry.ts). */
const overtimeSeconds = 15;

/** What of a pod is known only when the rest of the platform is there. */
interface PodFacts<Text> {
  readonly image: Text;
  /** ConfigMap of the database's authorities; else they are in the image. */
  readonly authorities: string | undefined;
}

/** Runs one program of the provisioner, in as many pods as the spec says. */
export function deploymentManifest<Text>(
  spec: ProvisionerSpec,
  names: ProvisionerNames,
  service: Service,
  // A pod's environment never changes: a change of settings or secrets must make new pods.
  facts: PodFacts<Text> & { readonly checksum: Text },
) {
  const { replicas } = spec[service];
  const scaled = service !== "engine" && spec[service].autoscaling !== false;
  return {
    apiVersion: "apps/v1" as const,
    kind: "Deployment" as const,
    metadata: metadataOf(names, service),
    spec: {
      // Where an autoscaler decides, every `up` would take its decision back.
      ...(scaled ? {} : { replicas }),
      selector: { matchLabels: labelsOf(service) },
      // A new pod takes over before an old one lets go; of engines too, whose leases let several be.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      revisionHistoryLimit: 3,
      // Old pods of the roll-out before this one may take all of their time.
      progressDeadlineSeconds: 600 + graceSeconds(spec),
      template: {
        metadata: {
          labels: labelsOf(service),
          annotations: { "berth.dev/settings": facts.checksum },
        },
        spec: {
          ...podSpec(names, service, facts.authorities),
          terminationGracePeriodSeconds: graceSeconds(spec),
          topologySpreadConstraints: spread(service),
          containers: [
            {
              ...container(names, service, facts),
              ...serving(service),
              resources: resourcesOf(spec[service].resources),
            },
          ],
        },
      },
    },
  };
}

/** Brings the database to the image's version, once. Its name says of what image and settings, for a Job never changes. */
export function migrationManifest<Text, Variables>(
  names: ProvisionerNames,
  facts: PodFacts<Text> & { readonly name: Text; readonly variables: Variables },
) {
  return {
    apiVersion: "batch/v1" as const,
    kind: "Job" as const,
    metadata: { ...metadataOf(names, "migrate"), name: facts.name },
    spec: {
      backoffLimit: 4,
      activeDeadlineSeconds: 900,
      // Long enough to look at what went wrong; one that is gone does nothing new when it is made again.
      ttlSecondsAfterFinished: 7 * 24 * 3600,
      template: {
        metadata: { labels: labelsOf("migrate") },
        spec: {
          ...podSpec(names, "migrate", facts.authorities),
          restartPolicy: "Never",
          containers: [
            {
              ...container(names, "migrate", facts),
              env: facts.variables,
              resources: resourcesOf({ cpu: "100m", cpuLimit: "1", memory: "384Mi" }),
            },
          ],
        },
      },
    },
  };
}

/** Seconds from the signal after which the kubelet kills: more than the provisioner takes at most. */
function graceSeconds({ shutdownSeconds }: ProvisionerSpec): number {
  return farewellSeconds + shutdownSeconds + overtimeSeconds + 10;
}

function podSpec(names: ProvisionerNames, program: Program, authorities: string | undefined) {
  return {
    serviceAccountName: names.serviceAccount(program),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    priorityClassName: names.priorityClasses.platform,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: [
      { name: "state", emptyDir: { sizeLimit: "1Gi" } },
      { name: "temporary", emptyDir: { sizeLimit: "1Gi" } },
      ...(authorities === undefined ? [] : [{ name: "authorities", configMap: { name: authorities } }]),
      ...(program === "engine" ? [{ name: "account", projected: { sources: accountSources } }] : []),
    ],
  };
}

/** Where Kubernetes puts a pod's own credentials, and what it puts there; here with a token that ends within the hour. */
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const accountSources = [
  { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
  { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
];

function container<Text>(names: ProvisionerNames, program: Program, { image, authorities }: PodFacts<Text>) {
  return {
    name: program,
    image,
    imagePullPolicy: "IfNotPresent",
    args: [entries[program]],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "state", mountPath: folders.state },
      { name: "temporary", mountPath: folders.temporary },
      ...(authorities === undefined ? [] : [{ name: "authorities", mountPath: folders.authorities, readOnly: true }]),
      ...(program === "engine" ? [{ name: "account", mountPath: accountFolder, readOnly: true }] : []),
    ],
    ...(program === "migrate"
      ? {}
      : {
          envFrom: [
            { configMapRef: { name: names.object(program) } },
            ...(program === "api" ? [{ secretRef: { name: names.object(program) } }] : []),
          ],
        }),
  };
}

/** How the kubelet knows that a pod lives and works. */
function serving(service: Service) {
  const { probes, ports } = portsOf(service);
  const get = (path: string) => ({ httpGet: { path, port: probes }, timeoutSeconds: 3 });
  return {
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" })),
    // It listens when the database and the cluster have answered: a first start waits for both.
    startupProbe: { ...get("/healthz"), periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...get("/readyz"), periodSeconds: 5, failureThreshold: 3 },
    // Not /readyz: when the database does not answer, starting anew helps nobody.
    livenessProbe: { ...get("/healthz"), periodSeconds: 10, failureThreshold: 6 },
    ...(service === "engine" ? {} : { lifecycle: { preStop: { sleep: { seconds: farewellSeconds } } } }),
  };
}

function resourcesOf({ cpu, cpuLimit, memory }: ProvisionerSpec[Service]["resources"]) {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory } };
}

function spread(service: Service) {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    // A cluster with one node, or one zone left, has them all there rather than none.
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: labelsOf(service) },
    // Pods of one roll-out are spread among themselves, not against those that go.
    matchLabelKeys: ["pod-template-hash"],
  }));
}

/** Lets nodes be drained one after the other. */
export function disruptionBudgetManifest(names: ProvisionerNames, service: Service) {
  return {
    apiVersion: "policy/v1" as const,
    kind: "PodDisruptionBudget" as const,
    metadata: metadataOf(names, service),
    spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(service) } },
  };
}

/** More pods when they are busy; null where the spec wants none. */
export function autoscalerManifest(spec: ProvisionerSpec, names: ProvisionerNames, service: "api" | "router") {
  const { autoscaling, replicas } = spec[service];
  if (autoscaling === false) return null;
  const metadata = metadataOf(names, service);
  return {
    apiVersion: "autoscaling/v2" as const,
    kind: "HorizontalPodAutoscaler" as const,
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name },
      minReplicas: replicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: autoscaling.cpuPercent } },
        },
      ],
    },
  };
}

/** Tells Prometheus's operator of the pods. Its type is not one of Kubernetes' own. */
export function podMonitorManifest(names: ProvisionerNames, service: Service) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: metadataOf(names, service),
    spec: {
      selector: { matchLabels: labelsOf(service) },
      podMetricsEndpoints: [{ port: "metrics", path: "/metrics", interval: "30s" }],
    },
  };
}

/** Each of the programs that run as long as the platform does. */
export function eachService<T>(make: (service: Service) => T): Readonly<Record<Service, T>> {
  const [api, router, engine] = services;
  return { [api]: make(api), [router]: make(router), [engine]: make(engine) };
}

import { componentLabels } from "../../core/labels.ts";
import { foundationNames, type Identity } from "../../platform/names.ts";
import type { FoundationSpec } from "../../platform/spec.ts";

/**
 * What the image of the provisioner (`images/provisioner`) holds, in one place:
 * - the checkout in its working directory, with its packages, and an entry point that runs one of its programs in node;
 * - for the engine `pulumi` on the PATH, and Pulumi's plugins in `pulumiHome`;
 * - the authorities of RDS in `authorities`
 *   (https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem), unless the component is given them.
 * It can be read by any user, and nothing of it is written.
 */
export const image = {
  pulumiHome: "/opt/berth/pulumi-home",
  authorities: "/opt/berth/rds-global-bundle.pem",
} as const;

/** What the image can run. */
export type Program = "api" | "router" | "engine" | "migrate";

/** What of it runs as long as the platform does. */
export const services = ["api", "router", "engine"] as const satisfies readonly Program[];
export type Service = (typeof services)[number];

/** Their files: what the image's entry point is told to run. */
export const entries: Readonly<Record<Program, string>> = {
  api: "provisioner/main.ts",
  router: "provisioner/router/main.ts",
  engine: "provisioner/main.ts",
  migrate: "provisioner/migrate.ts",
};

/** Port of the API and of the router; the engine has none. */
export const httpPort = 8080;
/** Port of /metrics, without tokens, and of /healthz and /readyz. */
export const metricsPort = 9090;
/** Port of the Services. */
export const servicePort = 80;

/** Folders that a pod may write. They go with it: nothing that lasts is kept there. */
export const folders = { state: "/var/lib/berth", temporary: "/tmp", authorities: "/etc/berth/database" } as const;

/** User and group that all of it runs as; the image needs no such user. */
export const user = 10_001;

/** A program's ports, and which of them answers the kubelet: of the router's own port every path is a workspace's. */
export function portsOf(service: Service) {
  return {
    probes: service === "api" ? "http" : "metrics",
    ports: service === "engine" ? { metrics: metricsPort } : { http: httpPort, metrics: metricsPort },
  };
}

/** Labels of a program's pods: what selectors and policies go by. */
export function labelsOf(program: Program): Record<string, string> {
  return componentLabels(program);
}

/** Names of a provisioner's objects: in its foundation's namespace, and like its ServiceAccounts. */
export function provisionerNames(foundation: Pick<FoundationSpec, "name" | "storage">) {
  const { namespace, serviceAccounts, priorityClasses, storageClass } = foundationNames(foundation);
  return {
    namespace,
    priorityClasses,
    storageClass,
    object: (program: Program) => `${foundation.name}-${program}`,
    /** The foundation's, but for the migrations: theirs is the provisioner's own. */
    serviceAccount: (program: Program) =>
      program === "migrate" ? `${foundation.name}-migrate` : serviceAccounts[program satisfies Identity],
  };
}
export type ProvisionerNames = ReturnType<typeof provisionerNames>;

export function metadataOf(names: ProvisionerNames, program: Program, name = names.object(program)) {
  return { name, namespace: names.namespace, labels: labelsOf(program) };
}

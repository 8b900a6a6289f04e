import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Release, type ReleaseArgs } from "@pulumi/kubernetes/helm/v3/release.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { UserError } from "../core/errors.ts";
import { componentLabels } from "../core/labels.ts";
import { declare, type Transform } from "../transform.ts";
import { receiverSecretKey, receiverSecretName } from "./manifests/alertmanager.ts";
import { monitoringNames } from "./manifests/prometheus-values.ts";
import { planMonitoring, regionOf } from "./plan.ts";
import { type MonitoringSpec, type MonitoringSpecInput, parseMonitoringSpec } from "./spec.ts";

export interface MonitoringArgs {
  /** What is watched and who is told. Plain data, because it decides which objects exist. */
  readonly spec: MonitoringSpecInput;
  /** Storage class of the disks; it should be encrypted, and delete its volumes. */
  readonly storageClassName: pulumi.Input<string>;
  /** The cluster, for a receiver of kind `sns`: Alertmanager's pods get the right to send to the topic. */
  readonly clusterName?: pulumi.Input<string>;
  /** The topic of a receiver of kind `sns`, and the key it is encrypted with. */
  readonly topic?: {
    /** `AlarmTopic.topicArn`. */
    readonly arn: pulumi.Input<string>;
    /** ARN of the key. */
    readonly keyArn: pulumi.Input<string>;
  };
  /** A webhook's URL, or the SMTP password of a receiver of kind `email`. Kept as a secret. */
  readonly receiverSecret?: pulumi.Input<string>;
  /**
   * Password of Grafana's user `admin`. Kept as a secret.
   * @default the chart makes one up, once, and keeps it in the Secret `berth-grafana`, key `admin-password`
   */
  readonly grafanaPassword?: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly release?: Transform<ReleaseArgs>;
  };
}

/** The monitoring's objects. */
export interface MonitoringNodes {
  readonly namespace: Namespace;
  readonly nodesNamespace: Namespace;
  readonly nodesDenyAll: NetworkPolicy;
  readonly policies: Readonly<Record<string, NetworkPolicy>>;
  readonly identity: PodIdentity | null;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly release: Release;
  readonly rules: CustomResource;
  readonly monitors: Readonly<Record<string, CustomResource>>;
  readonly dashboards: Readonly<Record<string, ConfigMap>>;
}

/**
 * Prometheus, Alertmanager, Grafana and what gives them figures (kube-prometheus-stack), with Berth's own alerts and
 * dashboard. Monitors and rules count only from the platform's own namespaces, never from one of a workspace. What EKS
 * does not show (etcd, scheduler, controller manager) is not looked for.
 *
 * Nothing of it is reached from outside: `kubectl -n berth-monitoring port-forward svc/berth-grafana 3000:80`.
 * All pods are at the restricted Pod Security level but node-exporter, which has a namespace of its own.
 *
 * Asks a node for 0.4 vCPU and 1.7 GiB by default, and for 21 GB of gp3: $1.68 a month in us-east-1
 * (https://aws.amazon.com/ebs/pricing/).
 *
 * @example
 * new Monitoring("monitoring", {
 *   spec: { receiver: { kind: "sns" }, targets: { provisioner: { namespace: "berth-system" } } },
 *   storageClassName: storage.className, clusterName: cluster.clusterName,
 *   topic: { arn: alarms.topicArn, keyArn: alarms.keyArn },
 * });
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Namespace, known when what takes monitors and rules is there. */
  readonly namespace: pulumi.Output<string>;
  /** Where Grafana is in the cluster; `null` without one. */
  readonly grafana: pulumi.Output<string | null>;
  readonly nodes: MonitoringNodes;

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:observability:Monitoring", name, {}, options);
    const spec = parseMonitoringSpec(args.spec);
    refuseMissing(spec, args);
    const { topic, transform = {} } = args;
    const plan = planMonitoring<pulumi.Input<string>>(spec, {
      storageClassName: args.storageClassName,
      topic: topic === undefined ? null : { arn: topic.arn, region: pulumi.output(topic.arn).apply(regionOf) },
      grafanaPassword: args.grafanaPassword !== undefined,
    });
    const here = { parent: this };

    const declared = declare<NamespaceArgs>(transform.namespace, plan.namespace, here);
    const namespace = new Namespace(`${name}-namespace`, declared.args, declared.options);
    const nodesNamespace = new Namespace(`${name}-nodes-namespace`, plan.nodesNamespace, here);
    const nodesDenyAll = new NetworkPolicy(`${name}-nodes-deny-all`, plan.nodesDenyAll, {
      ...here,
      dependsOn: [nodesNamespace],
      deletedWith: nodesNamespace,
    });
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const policies = byName(plan.policies, (policy, role) => new NetworkPolicy(`${name}-${role}`, policy, inside));
    const secrets = secretsOf(name, spec, args, inside);
    const identity = identityOf(name, spec, args, here);

    const released = declare<ReleaseArgs>(transform.release, plan.release, {
      ...here,
      dependsOn: [
        ...[namespace, nodesNamespace, nodesDenyAll, ...Object.values(policies), ...Object.values(secrets)],
        ...(identity === null ? [] : [identity]),
      ],
    });
    const release = new Release(`${name}-release`, released.args, released.options);
    // Their kinds come with the chart.
    const after = { ...inside, dependsOn: [release] };
    const rules = new CustomResource(`${name}-rules`, plan.rules, after);
    const monitors = byName(
      plan.monitors,
      (monitor, target) => new CustomResource(`${name}-${target}-monitor`, monitor, after),
    );
    const dashboards = byName(
      plan.dashboards,
      (dashboard, file) => new ConfigMap(`${name}-${file}-dashboard`, dashboard, inside),
    );

    this.nodes = {
      ...{ namespace, nodesNamespace, nodesDenyAll, policies, identity, secrets },
      ...{ release, rules, monitors, dashboards },
    };
    this.namespace = pulumi.all([namespace.metadata.name, release.id]).apply(([own]) => own);
    this.grafana = this.namespace.apply((own) =>
      spec.grafana ? `http://${monitoringNames.grafana}.${own}.svc` : null,
    );
    this.registerOutputs({ namespace: this.namespace, grafana: this.grafana });
  }
}

/** What the spec makes necessary and plain data cannot hold. */
function refuseMissing({ receiver }: MonitoringSpec, args: MonitoringArgs): void {
  const need = (option: keyof MonitoringArgs, fix: string) => {
    if (args[option] === undefined) throw new UserError({ option, value: undefined, fix });
  };
  switch (receiver.kind) {
    case "none":
      break;
    case "webhook":
      need("receiverSecret", "Give the webhook's URL, as a secret: the receiver is of kind webhook.");
      break;
    case "email":
      need("receiverSecret", "Give the SMTP password, as a secret: the receiver is of kind email.");
      break;
    case "sns":
      need("topic", "Give the topic's ARN and its key's: the receiver is of kind sns.");
      need("clusterName", "Give the cluster's name: Alertmanager's pods need the right to send to the topic.");
      break;
  }
}

function secretsOf(
  name: string,
  spec: MonitoringSpec,
  { receiverSecret, grafanaPassword }: MonitoringArgs,
  inside: pulumi.CustomResourceOptions,
) {
  const labels = componentLabels("monitoring");
  const secret = (role: string, own: string, stringData: Readonly<Record<string, pulumi.Input<string>>>) =>
    new Secret(
      `${name}-${role}`,
      { metadata: { name: own, namespace: spec.namespace, labels }, stringData: pulumi.secret(stringData) },
      inside,
    );
  const receiver = receiverSecretName(spec);
  const admin = monitoringNames.grafanaAdmin;
  return {
    ...(receiver === null || receiverSecret === undefined
      ? {}
      : { receiver: secret("receiver", receiver, { [receiverSecretKey]: receiverSecret }) }),
    ...(grafanaPassword === undefined || !spec.grafana
      ? {}
      : { grafana: secret("grafana-admin", admin, { "admin-user": "admin", "admin-password": grafanaPassword }) }),
  };
}

/** The right to send to the topic, and to encrypt what is sent. */
function identityOf(
  name: string,
  { receiver, namespace }: MonitoringSpec,
  { clusterName, topic }: MonitoringArgs,
  here: pulumi.ComponentResourceOptions,
): PodIdentity | null {
  if (receiver.kind !== "sns" || clusterName === undefined || topic === undefined) return null;
  const statements = [
    { actions: ["sns:Publish"], resources: [topic.arn] },
    { actions: ["kms:Decrypt", "kms:GenerateDataKey*"], resources: [topic.keyArn] },
  ];
  const serviceAccount = monitoringNames.alertmanager;
  return new PodIdentity(`${name}-alertmanager`, { clusterName, namespace, serviceAccount, statements }, here);
}

function byName<Planned, Made>(
  planned: Readonly<Record<string, Planned>>,
  make: (planned: Planned, name: string) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(Object.entries(planned).map(([name, one]) => [name, make(one, name)]));
}

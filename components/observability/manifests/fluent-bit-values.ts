import type { LogShippingSpec } from "../spec.ts";

/**
 * The chart; its values are checked against this version: https://github.com/fluent/helm-charts/tree/main/charts/fluent-bit.
 * Not AWS' own (aws-for-fluent-bit), which gives every node's pod the right to read `nodes/proxy`: with its token, and so
 * from any node that somebody has broken into, one can run programs in every pod of the cluster
 * (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes).
 */
export const fluentBitChart = {
  chart: "fluent-bit",
  version: "0.58.1",
  repository: "https://fluent.github.io/helm-charts",
} as const;

/** AWS' build of Fluent Bit: https://github.com/aws/aws-for-fluent-bit/releases/tag/v3.2.1 */
const image = { repository: "public.ecr.aws/aws-observability/aws-for-fluent-bit", tag: "3.2.1" };

/** Name of the release, and of the ServiceAccount whose pods may write to the log group. */
export const fluentBitName = "berth-fluent-bit";

/** Values of the chart: one reader a node, which sends what containers print to one log group. */
export function fluentBitValues(spec: LogShippingSpec, region: string) {
  return {
    fullnameOverride: fluentBitName,
    image,
    testFramework: { enabled: false },
    // No right in the cluster, and no token for it. Credentials in AWS come with a token of their own.
    serviceAccount: { name: fluentBitName, automountServiceAccountToken: false },
    rbac: { create: false },
    config: fluentBitConfig(spec, region),
    livenessProbe: { httpGet: { path: "/api/v1/health" }, initialDelaySeconds: 30, timeoutSeconds: 10 },
    // It reads whether or not CloudWatch takes it.
    readinessProbe: { httpGet: { path: "/" } },
    // Logs are root's on the node. Of root's rights it needs none but to be the owner of the files.
    podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    // Docker's folder, which the chart mounts too, is not there on containerd.
    daemonSetVolumes: [{ name: "varlog", hostPath: { path: "/var/log" } }],
    daemonSetVolumeMounts: [{ name: "varlog", mountPath: "/var/log" }],
    resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    // Every node has logs, those of workspaces too: the CNI's and kube-proxy's.
    tolerations: [{ operator: "Exists" }],
  };
}

/** Fluent Bit's configuration by part: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit */
function fluentBitConfig(spec: LogShippingSpec, region: string) {
  return {
    service: section("SERVICE", ["HTTP_Server On", "HTTP_Listen 0.0.0.0", "HTTP_Port 2020", "Health_Check On"]),
    inputs: section("INPUT", [
      "Name tail",
      "Tag kube.*",
      "Path /var/log/containers/*.log",
      // Files are called <pod>_<namespace>_<container>-<id>.log. What is left out here is never even read.
      ...(spec.workspaces ? [] : ["Exclude_Path /var/log/containers/*_ws-*_*.log"]),
      "DB /var/log/flb_kube.db",
      "multiline.parser docker, cri",
      "Mem_Buf_Limit 32MB",
      "Skip_Long_Lines On",
      "Refresh_Interval 10",
    ]),
    filters: section("FILTER", [
      "Name kubernetes",
      "Match kube.*",
      // Pod, namespace and container from the file's name: what the API server knows beside says no more of a line.
      "Use_Tag_For_Meta On",
      "Merge_Log On",
      "Merge_Log_Key data",
      "Keep_Log On",
    ]),
    outputs: section("OUTPUT", [
      "Name cloudwatch_logs",
      "Match *",
      `region ${region}`,
      // The group is made with its retention beforehand, and the pods have no right to make one.
      `log_group_name ${spec.logGroup}`,
      "log_stream_prefix node-",
      "log_stream_template $kubernetes['namespace_name'].$kubernetes['pod_name'].$kubernetes['container_name']",
    ]),
    customParsers: "",
  };
}

function section(name: string, lines: readonly string[]): string {
  return `${[`[${name}]`, ...lines.map((line) => `    ${line}`)].join("\n")}\n`;
}

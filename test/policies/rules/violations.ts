import type { ResourceSubject } from "../../../policies/rule.ts";
import { database, eksCluster, instance, volume } from "./aws-fixtures.ts";

type Path = readonly (string | number)[];

/** How one of a program's resources comes to break a rule. */
export type Change =
  /** Another value at a path; `undefined` takes it out. */
  | { readonly of: string; readonly at: Path; readonly to: unknown }
  /** Pulumi may delete it. */
  | { readonly unprotects: string }
  /** It is not there. */
  | { readonly drops: string }
  /** One more, of a type that the programs have none of. */
  | { readonly adds: ResourceSubject };

const set = (of: string, path: string, to: unknown): Change => ({
  of,
  at: path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
  to,
});
const added = (subject: ResourceSubject, props: Readonly<Record<string, unknown>>): Change => ({
  adds: { ...subject, props: { ...subject.props, ...props } },
});
const object = (type: string, name: string, props: Readonly<Record<string, unknown>>): Change => ({
  adds: { type, name, urn: `urn:pulumi:dev::berth::${type}::${name}`, protect: false, props },
});
const document = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const everyone = document({ Principal: "*", Action: "sts:AssumeRole", Resource: "*" });

/** One violating change for each rule, of the platform `dev` by the name of the rule. */
export const ofPlatform: Readonly<Record<string, Change>> = {
  "aws-budget-watch-spending": { drops: "budget-budget" },
  "aws-cloudwatch-log-group-encrypt": object("aws:cloudwatch/logGroup:LogGroup", "audit", { retentionInDays: 30 }),
  "aws-cloudwatch-log-group-expire": set("cluster-logs", "retentionInDays", 0),
  "aws-ebs-volume-encrypt": added(volume, { encrypted: false }),
  "aws-ec2-instance-allow-types": set("nodes-system-eu-central-1a", "instanceTypes.0", "m7i.24xlarge"),
  "aws-ec2-instance-encrypt-disks": added(instance, { rootBlockDevice: { encrypted: false } }),
  "aws-ec2-instance-require-imdsv2": added(instance, { metadataOptions: { httpTokens: "optional" } }),
  "aws-ec2-launch-template-encrypt-disks": set("nodes-system-template", "blockDeviceMappings.0.ebs.encrypted", "false"),
  "aws-ec2-launch-template-require-imdsv2": set("nodes-system-template", "metadataOptions.httpTokens", "optional"),
  "aws-ec2-launch-template-tag": set("nodes-system-template", "tagSpecifications", undefined),
  "aws-ecr-repository-encrypt": set("registry-berth-dev/home", "encryptionConfigurations", undefined),
  "aws-ecr-repository-freeze-tags": set("registry-berth-dev/home", "imageTagMutability", "MUTABLE"),
  "aws-ecr-repository-scan": set("registry-berth-dev/home", "imageScanningConfiguration.scanOnPush", false),
  "aws-eks-cluster-encrypt-secrets": added(eksCluster, { encryptionConfig: undefined }),
  "aws-eks-cluster-guard-deletion": added(eksCluster, { deletionProtection: false }),
  "aws-eks-cluster-log-audit": added(eksCluster, { enabledClusterLogTypes: [] }),
  "aws-eks-cluster-restrict-endpoint": added(eksCluster, { vpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } }),
  "aws-eks-cluster-use-access-entries": added(eksCluster, { accessConfig: { authenticationMode: "CONFIG_MAP" } }),
  "aws-iam-policy-limit-actions": set("autoscaler-identity-policy", "policy", document({ Action: "*", Resource: "*" })),
  "aws-iam-role-limit-trust": set("backup-role", "assumeRolePolicy", everyone),
  "aws-kms-key-protect": { unprotects: "database-key" },
  "aws-kms-key-rotate": set("database-key", "enableKeyRotation", false),
  "aws-lb-listener-end-tls": set("load-balancer-http-listener", "port", 8080),
  "aws-rds-instance-allow-classes": set("database-instance", "instanceClass", "db.m7g.16xlarge"),
  "aws-rds-instance-back-up": set("database-instance", "backupRetentionPeriod", 0),
  "aws-rds-instance-encrypt": set("database-instance", "storageEncrypted", false),
  "aws-rds-instance-guard-deletion": set("database-instance", "deletionProtection", false),
  "aws-rds-instance-keep-private": set("database-instance", "publiclyAccessible", true),
  "aws-rds-instance-manage-password": added(database, { password: "hunter2hunter2", manageMasterUserPassword: false }),
  "aws-resource-keep-content": set("state-bucket", "forceDestroy", true),
  "aws-resource-policy-close": set("alarms-policy", "policy", everyone),
  "aws-resource-protect": { unprotects: "state-bucket" },
  "aws-resource-tag": set("aws", "defaultTags", undefined),
  "aws-s3-bucket-block-public-access": { drops: "state-public-access" },
  "aws-s3-bucket-close-policy": set(
    "state-policy",
    "policy",
    document({ Principal: "*", Action: "s3:*", Resource: "*" }),
  ),
  "aws-s3-bucket-encrypt": { drops: "state-encryption" },
  "aws-s3-bucket-keep-acl-private": set("state-bucket", "acl", "public-read"),
  "aws-s3-bucket-version-objects": { drops: "state-versioning" },
  "aws-security-group-close": set("database-from-nodes", "cidrIpv4", "0.0.0.0/0"),
  "aws-sns-topic-encrypt": set("alarms-topic", "kmsMasterKeyId", undefined),
  "cloudflare-dns-record-proxy": set("dns-api", "proxied", false),
  "cloudflare-tunnel-config-verify-origin": set("tunnel-config", "config.originRequest.noTlsVerify", true),
  "cloudflare-zone-setting-require-tls": object("cloudflare:index/zoneSetting:ZoneSetting", "tls", {
    ...{ settingId: "min_tls_version", value: "1.0" },
  }),
  "docker-image-pin": set(
    "provisioner-image",
    "imageName",
    "111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth:latest",
  ),
  "docker-image-trust-registry": set("provisioner-image", "imageName", "somebody/berth:1.2.3"),
  "kubernetes-config-map-hold-no-secret": set(
    "provisioner-api-settings",
    "data.DATABASE_URL",
    "postgres://berth:hunter2@db/berth",
  ),
  "kubernetes-gateway-leave-out": object("kubernetes:gateway.networking.k8s.io/v1:Gateway", "gateway", {
    ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "gateway" } },
  }),
  "kubernetes-ingress-answer-own-names": set("ingress-api-route", "spec.routes.0.match", "PathPrefix(`/`)"),
  "kubernetes-ingress-route-encrypt": set("ingress-api-route", "spec.entryPoints", ["web"]),
  "kubernetes-namespace-confine": set("tunnel-namespace", "metadata.labels", {}),
  "kubernetes-namespace-fence": { drops: "tunnel-deny-all" },
  "kubernetes-object-label": set("provisioner-api-service", "metadata.labels", undefined),
  "kubernetes-pod-drop-capabilities": set(
    "provisioner-api",
    "spec.template.spec.containers.0.securityContext.capabilities",
    undefined,
  ),
  "kubernetes-pod-filter-system-calls": set(
    "provisioner-api",
    "spec.template.spec.securityContext.seccompProfile",
    undefined,
  ),
  "kubernetes-pod-hold-no-secret": set("provisioner-api", "spec.template.spec.containers.0.env", [
    { name: "DB_PASSWORD", value: "hunter2hunter2" },
  ]),
  "kubernetes-pod-keep-off-host": set("provisioner-api", "spec.template.spec.hostNetwork", true),
  "kubernetes-pod-limit-resources": set(
    "provisioner-api",
    "spec.template.spec.containers.0.resources.limits.memory",
    undefined,
  ),
  "kubernetes-pod-pin-image": set(
    "tunnel-cloudflared",
    "spec.template.spec.containers.0.image",
    "cloudflare/cloudflared:latest",
  ),
  "kubernetes-pod-run-unprivileged": set(
    "provisioner-api",
    "spec.template.spec.containers.0.securityContext.privileged",
    true,
  ),
  "kubernetes-pod-seal-root-filesystem": set(
    "provisioner-api",
    "spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem",
    false,
  ),
  "kubernetes-pod-trust-registry": set(
    "tunnel-cloudflared",
    "spec.template.spec.containers.0.image",
    "somebody/cloudflared:2026.1.0",
  ),
  "kubernetes-pod-withhold-token": set("tunnel-cloudflared", "spec.template.spec.automountServiceAccountToken", true),
  "kubernetes-release-hold-no-secret": set("monitoring-release", "values.grafana.adminPassword", "hunter2hunter2"),
  "kubernetes-release-pin": set("monitoring-release", "version", undefined),
  "kubernetes-release-roll-back": set("monitoring-release", "atomic", undefined),
  "kubernetes-release-trust-repository": set("monitoring-release", "repositoryOpts.repo", "https://charts.example.org"),
  "kubernetes-role-binding-refuse-admin": set("berth-engine-binding", "roleRef.name", "cluster-admin"),
  "kubernetes-role-guard-secrets": set("berth-engine-role", "rules.0.resources", ["secrets"]),
  "kubernetes-role-limit-rights": set("berth-engine-role", "rules.0", {
    apiGroups: ["*"],
    resources: ["*"],
    verbs: ["*"],
  }),
  "kubernetes-service-account-withhold-token": set("berth-api", "automountServiceAccountToken", undefined),
  "kubernetes-service-stay-inside": set("provisioner-api-service", "spec.type", "NodePort"),
  "kubernetes-storage-class-encrypt": set("berth-storage-class", "parameters.encrypted", "false"),
  "kubernetes-storage-class-retain": set("berth-storage-class", "reclaimPolicy", "Delete"),
  "kubernetes-workload-keep-available": { drops: "tunnel-disruption-budget" },
  "stack-output-no-secret": set("berth-dev", "token", "0123456789abcdef0123456789abcdef"),
  "stack-stay-under-budget": set("budget-budget", "limitAmount", "10"),
};

/** The same of a workspace with an Ingress of its own. */
export const ofWorkspace: Readonly<Record<string, Change>> = {
  "kubernetes-ingress-answer-own-names": set("workspace-ingress", "spec.rules.0.host", undefined),
  "kubernetes-ingress-encrypt": set("workspace-ingress", "spec.tls", undefined),
  "kubernetes-namespace-confine": set("workspace-namespace", "metadata.labels", {}),
  "kubernetes-namespace-fence": { drops: "workspace-deny-all" },
  "kubernetes-namespace-limit": { drops: "workspace-quota" },
  "kubernetes-network-policy-name-peers": set("workspace-to-internet", "spec.egress.1.to", undefined),
  "kubernetes-object-label": set("workspace-service", "metadata.labels", undefined),
  "kubernetes-persistent-volume-claim-keep": set("workspace-home", "spec.storageClassName", "gp3"),
  "kubernetes-pod-keep-off-host": set("workspace-deployment", "spec.template.spec.volumes.0", {
    ...{ name: "docker", hostPath: { path: "/var/run/docker.sock" } },
  }),
  "kubernetes-pod-limit-resources": set("workspace-deployment", "spec.template.spec.containers.0.resources", undefined),
  "kubernetes-pod-pin-image": set(
    "workspace-deployment",
    "spec.template.spec.containers.0.image",
    "berth/desktop:latest",
  ),
  "kubernetes-pod-run-unprivileged": set(
    "workspace-deployment",
    "spec.template.spec.containers.0.securityContext.privileged",
    true,
  ),
};

/**
 * What you import into stacks of your own. Importing one file (`components/network/network.ts`) costs a fraction of this:
 * AWS' packages alone take a second.
 */
export { Backup, type BackupArgs, type BackupNodes } from "./backup/backup.ts";
export type { BackupSpec, BackupSpecInput } from "./backup/spec.ts";
export {
  Certificates,
  type CertificatesArgs,
  type CertificatesNodes,
  type DnsAccess,
} from "./certificates/certificates.ts";
export type { CertificatesSpec, CertificatesSpecInput } from "./certificates/spec.ts";
export { Cluster, type ClusterArgs, type ClusterNodes, type ClusterTransforms } from "./cluster/cluster.ts";
export { ClusterAddons, type ClusterAddonsArgs, type ClusterAddonsNodes } from "./cluster/cluster-addons.ts";
export {
  PodIdentity,
  type PodIdentityArgs,
  type PodIdentityNodes,
} from "./cluster/pod-identity.ts";
export type { ClusterSpec, ClusterSpecInput } from "./cluster/spec.ts";
export { UserError } from "./core/errors.ts";
export { type CloudOwnership, ownershipTags, type Tags } from "./core/tags.ts";
export { Database, type DatabaseArgs, type DatabaseNodes } from "./database/database.ts";
export type { DatabaseSpec, DatabaseSpecInput } from "./database/spec.ts";
export { DnsApiToken, type DnsApiTokenArgs } from "./dns/api-token.ts";
export { type CloudflareZone, cloudflareZone } from "./dns/cloudflare.ts";
export { DnsRecords, type DnsRecordsArgs, type DnsRecordsNodes } from "./dns/dns.ts";
export { EdgeCertificate, type EdgeCertificateArgs } from "./dns/edge-certificate.ts";
export { type Route53Zone, route53Zone } from "./dns/route53.ts";
export type { DnsSpec, DnsSpecInput } from "./dns/spec.ts";
export type { DnsZone, IssuerRecord, NameRecord, RecordTarget } from "./dns/zone.ts";
export { type EdgeRoute, Ingress, type IngressArgs, type IngressNodes } from "./ingress/ingress.ts";
export {
  LoadBalancer,
  type LoadBalancerArgs,
  type LoadBalancerDoor,
  type LoadBalancerNodes,
} from "./ingress/load-balancer.ts";
export type { IngressSpec, IngressSpecInput, LoadBalancerSpec, LoadBalancerSpecInput } from "./ingress/spec.ts";
export {
  type FlowLogNodes,
  Network,
  type NetworkArgs,
  type NetworkNodes,
  type NetworkTransforms,
} from "./network/network.ts";
export type { NetworkSpec, NetworkSpecInput } from "./network/spec.ts";
export { Autoscaler, type AutoscalerArgs, type AutoscalerNodes } from "./nodes/autoscaler.ts";
export { ImagePrepull, type ImagePrepullArgs, type ImagePrepullNodes } from "./nodes/image-prepull.ts";
export { NodeGroups, type NodeGroupsArgs, type NodeGroupsNodes } from "./nodes/node-groups.ts";
export type { NodesSpec, NodesSpecInput } from "./nodes/spec.ts";
export type { AutoscalerSpec, AutoscalerSpecInput } from "./nodes/spec-autoscaler.ts";
export { AlarmTopic, type AlarmTopicArgs, type AlarmTopicNodes } from "./observability/alarm-topic.ts";
export { BudgetAlarm, type BudgetAlarmArgs } from "./observability/budget-alarm.ts";
export { DatabaseAlarms, type DatabaseAlarmsArgs } from "./observability/database-alarms.ts";
export { LogShipping, type LogShippingArgs, type LogShippingNodes } from "./observability/log-shipping.ts";
export { Monitoring, type MonitoringArgs, type MonitoringNodes } from "./observability/monitoring.ts";
export type {
  AlarmTopicSpec,
  AlarmTopicSpecInput,
  BudgetAlarmSpec,
  BudgetAlarmSpecInput,
  DatabaseAlarmsSpec,
  DatabaseAlarmsSpecInput,
  LogShippingSpec,
  LogShippingSpecInput,
  MonitoringSpec,
  MonitoringSpecInput,
} from "./observability/spec.ts";
export { Foundation, type FoundationArgs, type FoundationNodes } from "./platform/foundation.ts";
export { placementOn } from "./platform/names.ts";
export type { FoundationSpec, FoundationSpecInput } from "./platform/spec.ts";
export { type PolicyStatement, policyDocument } from "./policy-document.ts";
export {
  Provisioner,
  type ProvisionerArgs,
  type ProvisionerNodes,
  type ProvisionerService,
} from "./provisioner/provisioner.ts";
export type { ProvisionerSpec, ProvisionerSpecInput } from "./provisioner/spec.ts";
export { ImageBuild, type ImageBuildArgs } from "./registry/image-build.ts";
export { Registry, type RegistryArgs, type RegistryNodes } from "./registry/registry.ts";
export {
  type ImageBuildSpec,
  type ImageBuildSpecInput,
  imageReference,
  type RegistrySpec,
  type RegistrySpecInput,
} from "./registry/spec.ts";
export type { ServiceRef } from "./service-ref.ts";
export type { StateBucketSpec, StateBucketSpecInput } from "./state/spec.ts";
export { StateBucket, type StateBucketArgs, type StateBucketNodes } from "./state/state-bucket.ts";
export { workspaceStorage } from "./storage/plan.ts";
export type { StorageSpec, StorageSpecInput } from "./storage/spec.ts";
export { Storage, type StorageArgs, type StorageNodes } from "./storage/storage.ts";
export type { ChildDeclaration, ComponentTransform, Transform } from "./transform.ts";
export type { TunnelSpec, TunnelSpecInput } from "./tunnel/spec.ts";
export { Tunnel, type TunnelArgs, type TunnelNodes } from "./tunnel/tunnel.ts";
export {
  type Blueprint,
  type BlueprintConfig,
  blueprints,
  defineBlueprint,
  findBlueprint,
} from "./workspace/blueprints/index.ts";
export { composeWorkspace, type WorkspaceOrder } from "./workspace/compose.ts";
export { flattenPlan, planWorkspace, type WorkspaceManifest, type WorkspacePlan } from "./workspace/plan.ts";
export type { WorkspacePlacement, WorkspaceShape, WorkspaceSpec, WorkspaceSpecInput } from "./workspace/spec.ts";
export { Workspace, type WorkspaceArgs, type WorkspaceNodes, type WorkspaceTransforms } from "./workspace/workspace.ts";

import type { AnyRule } from "../rule.ts";
import { watchSpending } from "./aws-budget/watch-spending.ts";
import { encryptLogGroup } from "./aws-cloudwatch-log-group/encrypt.ts";
import { expireLogGroup } from "./aws-cloudwatch-log-group/expire.ts";
import { encryptEbsVolume } from "./aws-ebs-volume/encrypt.ts";
import { allowInstanceTypes } from "./aws-ec2-instance/allow-types.ts";
import { encryptInstanceDisks } from "./aws-ec2-instance/encrypt-disks.ts";
import { requireInstanceImdsv2 } from "./aws-ec2-instance/require-imdsv2.ts";
import { encryptLaunchTemplateDisks } from "./aws-ec2-launch-template/encrypt-disks.ts";
import { requireLaunchTemplateImdsv2 } from "./aws-ec2-launch-template/require-imdsv2.ts";
import { tagLaunchTemplate } from "./aws-ec2-launch-template/tag.ts";
import { encryptEcrRepository } from "./aws-ecr-repository/encrypt.ts";
import { freezeEcrRepositoryTags } from "./aws-ecr-repository/freeze-tags.ts";
import { scanEcrRepository } from "./aws-ecr-repository/scan.ts";
import { encryptEksClusterSecrets } from "./aws-eks-cluster/encrypt-secrets.ts";
import { guardEksClusterDeletion } from "./aws-eks-cluster/guard-deletion.ts";
import { logEksClusterAudit } from "./aws-eks-cluster/log-audit.ts";
import { restrictEksClusterEndpoint } from "./aws-eks-cluster/restrict-endpoint.ts";
import { useEksClusterAccessEntries } from "./aws-eks-cluster/use-access-entries.ts";
import { limitIamPolicyActions } from "./aws-iam-policy/limit-actions.ts";
import { limitIamRoleTrust } from "./aws-iam-role/limit-trust.ts";
import { protectKmsKey } from "./aws-kms-key/protect.ts";
import { rotateKmsKey } from "./aws-kms-key/rotate.ts";
import { endTlsAtLbListener } from "./aws-lb-listener/end-tls.ts";
import { allowRdsInstanceClasses } from "./aws-rds-instance/allow-classes.ts";
import { backUpRdsInstance } from "./aws-rds-instance/back-up.ts";
import { encryptRdsInstance } from "./aws-rds-instance/encrypt.ts";
import { guardRdsInstanceDeletion } from "./aws-rds-instance/guard-deletion.ts";
import { keepRdsInstancePrivate } from "./aws-rds-instance/keep-private.ts";
import { manageRdsInstancePassword } from "./aws-rds-instance/manage-password.ts";
import { keepAwsResourceContent } from "./aws-resource/keep-content.ts";
import { protectAwsResource } from "./aws-resource/protect.ts";
import { tagAwsResource } from "./aws-resource/tag.ts";
import { closeResourcePolicy } from "./aws-resource-policy/close.ts";
import { blockS3BucketPublicAccess } from "./aws-s3-bucket/block-public-access.ts";
import { closeS3BucketPolicy } from "./aws-s3-bucket/close-policy.ts";
import { encryptS3Bucket } from "./aws-s3-bucket/encrypt.ts";
import { keepS3BucketAclPrivate } from "./aws-s3-bucket/keep-acl-private.ts";
import { versionS3BucketObjects } from "./aws-s3-bucket/version-objects.ts";
import { closeSecurityGroup } from "./aws-security-group/close.ts";
import { encryptSnsTopic } from "./aws-sns-topic/encrypt.ts";
import { proxyCloudflareDnsRecord } from "./cloudflare-dns-record/proxy.ts";
import { verifyCloudflareTunnelOrigin } from "./cloudflare-tunnel-config/verify-origin.ts";
import { requireCloudflareTls } from "./cloudflare-zone-setting/require-tls.ts";
import { pinDockerImage } from "./docker-image/pin.ts";
import { trustDockerImageRegistry } from "./docker-image/trust-registry.ts";
import { keepSecretsOutOfConfigMap } from "./kubernetes-config-map/hold-no-secret.ts";
import { leaveGatewaysOut } from "./kubernetes-gateway/leave-out.ts";
import { answerOwnNames } from "./kubernetes-ingress/answer-own-names.ts";
import { encryptIngress } from "./kubernetes-ingress/encrypt.ts";
import { encryptIngressRoute } from "./kubernetes-ingress-route/encrypt.ts";
import { confineNamespace } from "./kubernetes-namespace/confine.ts";
import { fenceNamespace } from "./kubernetes-namespace/fence.ts";
import { limitWorkspaceNamespace } from "./kubernetes-namespace/limit.ts";
import { nameNetworkPolicyPeers } from "./kubernetes-network-policy/name-peers.ts";
import { labelKubernetesObject } from "./kubernetes-object/label.ts";
import { keepWorkspaceClaim } from "./kubernetes-persistent-volume-claim/keep.ts";
import { dropPodCapabilities } from "./kubernetes-pod/drop-capabilities.ts";
import { filterPodSystemCalls } from "./kubernetes-pod/filter-system-calls.ts";
import { keepSecretsOutOfPod } from "./kubernetes-pod/hold-no-secret.ts";
import { keepPodOffHost } from "./kubernetes-pod/keep-off-host.ts";
import { limitPodResources } from "./kubernetes-pod/limit-resources.ts";
import { pinPodImage } from "./kubernetes-pod/pin-image.ts";
import { runPodUnprivileged } from "./kubernetes-pod/run-unprivileged.ts";
import { sealPodRootFilesystem } from "./kubernetes-pod/seal-root-filesystem.ts";
import { trustPodRegistry } from "./kubernetes-pod/trust-registry.ts";
import { withholdPodToken } from "./kubernetes-pod/withhold-token.ts";
import { keepSecretsOutOfRelease } from "./kubernetes-release/hold-no-secret.ts";
import { pinRelease } from "./kubernetes-release/pin.ts";
import { rollBackRelease } from "./kubernetes-release/roll-back.ts";
import { trustReleaseRepository } from "./kubernetes-release/trust-repository.ts";
import { guardSecretsFromRole } from "./kubernetes-role/guard-secrets.ts";
import { limitRoleRights } from "./kubernetes-role/limit-rights.ts";
import { refuseAdminBinding } from "./kubernetes-role-binding/refuse-admin.ts";
import { keepServiceInside } from "./kubernetes-service/stay-inside.ts";
import { withholdServiceAccountToken } from "./kubernetes-service-account/withhold-token.ts";
import { encryptStorageClass } from "./kubernetes-storage-class/encrypt.ts";
import { retainStorageClass } from "./kubernetes-storage-class/retain.ts";
import { keepWorkloadAvailable } from "./kubernetes-workload/keep-available.ts";
import { outputNoSecret } from "./stack/output-no-secret.ts";
import { stayUnderBudget } from "./stack/stay-under-budget.ts";

/** Every rule of the pack, in the order of their folders. */
export const rules: readonly AnyRule[] = [
  watchSpending,
  encryptLogGroup,
  expireLogGroup,
  encryptEbsVolume,
  allowInstanceTypes,
  encryptInstanceDisks,
  requireInstanceImdsv2,
  encryptLaunchTemplateDisks,
  requireLaunchTemplateImdsv2,
  tagLaunchTemplate,
  encryptEcrRepository,
  freezeEcrRepositoryTags,
  scanEcrRepository,
  encryptEksClusterSecrets,
  guardEksClusterDeletion,
  logEksClusterAudit,
  restrictEksClusterEndpoint,
  useEksClusterAccessEntries,
  limitIamPolicyActions,
  limitIamRoleTrust,
  protectKmsKey,
  rotateKmsKey,
  endTlsAtLbListener,
  allowRdsInstanceClasses,
  backUpRdsInstance,
  encryptRdsInstance,
  guardRdsInstanceDeletion,
  keepRdsInstancePrivate,
  manageRdsInstancePassword,
  closeResourcePolicy,
  keepAwsResourceContent,
  protectAwsResource,
  tagAwsResource,
  blockS3BucketPublicAccess,
  closeS3BucketPolicy,
  encryptS3Bucket,
  keepS3BucketAclPrivate,
  versionS3BucketObjects,
  closeSecurityGroup,
  encryptSnsTopic,
  proxyCloudflareDnsRecord,
  verifyCloudflareTunnelOrigin,
  requireCloudflareTls,
  pinDockerImage,
  trustDockerImageRegistry,
  keepSecretsOutOfConfigMap,
  leaveGatewaysOut,
  encryptIngressRoute,
  answerOwnNames,
  encryptIngress,
  confineNamespace,
  fenceNamespace,
  limitWorkspaceNamespace,
  nameNetworkPolicyPeers,
  labelKubernetesObject,
  keepWorkspaceClaim,
  dropPodCapabilities,
  filterPodSystemCalls,
  keepSecretsOutOfPod,
  keepPodOffHost,
  limitPodResources,
  pinPodImage,
  runPodUnprivileged,
  sealPodRootFilesystem,
  trustPodRegistry,
  withholdPodToken,
  keepSecretsOutOfRelease,
  pinRelease,
  rollBackRelease,
  trustReleaseRepository,
  refuseAdminBinding,
  guardSecretsFromRole,
  limitRoleRights,
  withholdServiceAccountToken,
  keepServiceInside,
  encryptStorageClass,
  retainStorageClass,
  keepWorkloadAvailable,
  outputNoSecret,
  stayUnderBudget,
];

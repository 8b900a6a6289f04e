import type { Value, Values } from "./values.ts";

/**
 * Which properties make a new resource when they change, where the typings' documentation does not say so.
 *
 * From `ForceNew` and `RequiresReplace` in the schemas of the providers underneath; the second word of an entry names
 * the file: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service (aws) and
 * https://github.com/cloudflare/terraform-provider-cloudflare/tree/main/internal/services (cloudflare).
 */
const table: Readonly<Record<string, readonly [properties: string, source: string]>> = {
  "aws:autoscaling/attachment:Attachment": ["autoscalingGroupName elb lbTargetGroupArn", "autoscaling/attachment.go"],
  "aws:backup/plan:Plan": ["name", "backup/plan.go"],
  "aws:backup/selection:Selection": [
    "name planId iamRoleArn resources notResources selectionTags conditions",
    "backup/selection.go",
  ],
  "aws:backup/vault:Vault": ["name kmsKeyArn", "backup/vault.go"],
  "aws:budgets/budget:Budget": ["name namePrefix accountId", "budgets/budget.go"],
  "aws:cloudwatch/eventRule:EventRule": ["name namePrefix eventBusName", "events/rule.go"],
  "aws:cloudwatch/eventTarget:EventTarget": ["rule targetId eventBusName", "events/target.go"],
  "aws:cloudwatch/logGroup:LogGroup": ["name namePrefix logGroupClass", "logs/group.go"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name", "cloudwatch/metric_alarm.go"],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ["vpcId", "ec2/vpc_default_security_group.go"],
  "aws:ec2/eip:Eip": ["address customerOwnedIpv4Pool domain networkBorderGroup publicIpv4Pool", "ec2/ec2_eip.go"],
  "aws:ec2/flowLog:FlowLog": [
    "deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination logDestinationType logFormat maxAggregationInterval subnetId trafficType transitGatewayId vpcId",
    "ec2/vpc_flow_log.go",
  ],
  "aws:ec2/launchTemplate:LaunchTemplate": ["name namePrefix", "ec2/ec2_launch_template.go"],
  "aws:ec2/natGateway:NatGateway": ["allocationId connectivityType privateIp subnetId", "ec2/vpc_nat_gateway.go"],
  "aws:ec2/route:Route": [
    "routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId",
    "ec2/vpc_route.go",
  ],
  "aws:ec2/routeTable:RouteTable": ["vpcId", "ec2/vpc_route_table.go"],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["subnetId gatewayId", "ec2/vpc_route_table_association.go"],
  "aws:ec2/securityGroup:SecurityGroup": ["name namePrefix description vpcId", "ec2/vpc_security_group.go"],
  "aws:ec2/securityGroupRule:SecurityGroupRule": [
    "type fromPort toPort protocol cidrBlocks ipv6CidrBlocks prefixListIds securityGroupId self sourceSecurityGroupId",
    "ec2/vpc_security_group_rule.go",
  ],
  "aws:ec2/subnet:Subnet": [
    "availabilityZone availabilityZoneId cidrBlock ipv4IpamPoolId ipv4NetmaskLength ipv6Native outpostArn vpcId",
    "ec2/vpc_subnet.go",
  ],
  "aws:ec2/vpc:Vpc": ["cidrBlock ipv4IpamPoolId ipv4NetmaskLength", "ec2/vpc_.go"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName serviceRegion vpcEndpointType vpcId", "ec2/vpc_endpoint.go"],
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ["repository", "ecr/lifecycle_policy.go"],
  "aws:ecr/repository:Repository": ["name encryptionConfigurations", "ecr/repository.go"],
  "aws:ecr/repositoryPolicy:RepositoryPolicy": ["repository", "ecr/repository_policy.go"],
  "aws:eks/accessEntry:AccessEntry": ["clusterName principalArn type", "eks/access_entry.go"],
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": [
    "accessScope clusterName policyArn principalArn",
    "eks/access_policy_association.go",
  ],
  "aws:eks/addon:Addon": ["addonName clusterName", "eks/addon.go"],
  "aws:eks/cluster:Cluster": [
    "name roleArn bootstrapSelfManagedAddons accessConfig.bootstrapClusterCreatorAdminPermissions kubernetesNetworkConfig.ipFamily kubernetesNetworkConfig.serviceIpv4Cidr outpostConfig",
    "eks/cluster.go",
  ],
  "aws:eks/nodeGroup:NodeGroup": [
    "amiType capacityType clusterName diskSize instanceTypes launchTemplate.id launchTemplate.name nodeGroupName nodeGroupNamePrefix nodeRoleArn remoteAccess subnetIds",
    "eks/node_group.go",
  ],
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": [
    "clusterName namespace serviceAccount",
    "eks/pod_identity_association.go",
  ],
  "aws:iam/instanceProfile:InstanceProfile": ["name namePrefix path", "iam/instance_profile.go"],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ["url", "iam/openid_connect_provider.go"],
  "aws:iam/policy:Policy": ["name namePrefix path description", "iam/policy.go"],
  "aws:iam/role:Role": ["name namePrefix path", "iam/role.go"],
  "aws:iam/rolePolicy:RolePolicy": ["name namePrefix role", "iam/role_policy.go"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn role", "iam/role_policy_attachment.go"],
  "aws:kms/alias:Alias": ["name namePrefix", "kms/alias.go"],
  "aws:kms/keyPolicy:KeyPolicy": ["keyId", "kms/key_policy.go"],
  "aws:kms/key:Key": ["customKeyStoreId customerMasterKeySpec keyUsage multiRegion xksKeyId", "kms/key.go"],
  "aws:lb/listener:Listener": ["loadBalancerArn", "elbv2/listener.go"],
  "aws:lb/loadBalancer:LoadBalancer": [
    "customerOwnedIpv4Pool internal loadBalancerType name namePrefix",
    "elbv2/load_balancer.go",
  ],
  "aws:lb/targetGroup:TargetGroup": [
    "ipAddressType name namePrefix port protocol protocolVersion targetType vpcId",
    "elbv2/target_group.go",
  ],
  "aws:rds/instance:Instance": [
    "availabilityZone backupTarget characterSetName customIamInstanceProfile dbName engine kmsKeyId ncharCharacterSetName restoreToPointInTime s3Import snapshotIdentifier storageEncrypted timezone username",
    "rds/instance.go",
  ],
  "aws:rds/parameterGroup:ParameterGroup": ["description family name namePrefix", "rds/parameter_group.go"],
  "aws:rds/subnetGroup:SubnetGroup": ["name namePrefix", "rds/subnet_group.go"],
  "aws:route53/record:Record": ["name setIdentifier zoneId", "route53/record.go"],
  "aws:route53/zone:Zone": ["delegationSetId name", "route53/zone.go"],
  "aws:s3/bucket:Bucket": ["bucket bucketPrefix objectLockEnabled", "s3/bucket.go"],
  "aws:secretsmanager/secret:Secret": ["name namePrefix", "secretsmanager/secret.go"],
  "aws:secretsmanager/secretVersion:SecretVersion": [
    "secretId secretString secretBinary",
    "secretsmanager/secret_version.go",
  ],
  "aws:sns/topic:Topic": ["fifoTopic name namePrefix", "sns/topic.go"],
  "aws:sns/topicPolicy:TopicPolicy": ["arn", "sns/topic_policy.go"],
  "aws:sns/topicSubscription:TopicSubscription": ["endpoint protocol topic", "sns/topic_subscription.go"],
  "aws:sqs/queue:Queue": ["fifoQueue name namePrefix", "sqs/queue.go"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    "securityGroupId",
    "ec2/vpc_security_group_egress_rule.go",
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    "securityGroupId",
    "ec2/vpc_security_group_ingress_rule.go",
  ],
  "cloudflare:index/accountToken:AccountToken": ["accountId", "account_token/schema.go"],
  "cloudflare:index/certificatePack:CertificatePack": [
    "certificateAuthority cloudflareBranding hosts type validationMethod validityDays zoneId",
    "certificate_pack/schema.go",
  ],
  "cloudflare:index/dnsRecord:DnsRecord": ["type zoneId", "dns_record/schema.go"],
  "cloudflare:index/ruleset:Ruleset": ["accountId kind name phase zoneId", "ruleset/schema.go"],
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": [
    "accountId configSrc",
    "zero_trust_tunnel_cloudflared/schema.go",
  ],
  "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig": [
    "accountId tunnelId",
    "zero_trust_tunnel_cloudflared_config/schema.go",
  ],
  "cloudflare:index/zone:Zone": ["name", "zone/schema.go"],
  "cloudflare:index/zoneSetting:ZoneSetting": ["settingId zoneId", "zone_setting/schema.go"],
};

/** The settings of a bucket that are resources of their own stay with it: `s3/bucket_*.go`. */
const bucketPart = /^aws:s3\/bucket[A-Z]/;

interface Conditional {
  /** The paths of which the documentation's words hold in some cases only. */
  readonly paths: readonly string[];
  /** Those of them, or others, that make a new resource in this case. */
  inCase(olds: Values, news: Values): readonly (string | undefined)[];
}

const conditional: Readonly<Record<string, Conditional>> = {
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elbv2/load_balancer.go
  "aws:lb/loadBalancer:LoadBalancer": {
    paths: ["securityGroups", "subnets", "subnetMappings", "secondaryIpsAutoAssignedPerSubnet"],
    inCase: (olds, news) => {
      if (olds.loadBalancerType !== "network") return [];
      const [before, after] = [list(olds.subnets), list(news.subnets)];
      return [
        list(olds.securityGroups).length === 0 || list(news.securityGroups).length === 0 ? "securityGroups" : undefined,
        before.some((subnet) => !after.includes(subnet)) ? "subnets" : undefined,
      ];
    },
  },
  // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/eks/cluster.go
  "aws:eks/cluster:Cluster": {
    paths: [],
    inCase: (olds, news) => [olds.encryptionConfig && !news.encryptionConfig ? "encryptionConfig" : undefined],
  },
};

function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** Lists that the cloud takes for sets, `TypeSet` in the schemas above: another order is no change. */
const sets =
  /(^|\.)(subnets|subnetIds|securityGroups|securityGroupIds|vpcSecurityGroupIds|routeTableIds|cidrBlocks|publicAccessCidrs|enabledClusterLogTypes)$/;

/** Whether the order of a list at this path means nothing. */
export function isSet(path: string): boolean {
  return sets.test(path);
}

export interface ReplacementRules {
  /** Whether a change of this path makes a new resource, whatever the documentation says of it; undefined: ask that. */
  decides(path: string): boolean | undefined;
  /** The paths below this one that make a new resource. */
  below(path: string): readonly string[];
}

/** What is known of a type besides its typings. */
export function replacementRules(token: string, olds: Values, news: Values): ReplacementRules {
  const own = table[token]?.[0].split(" ") ?? (bucketPart.test(token) ? ["bucket"] : []);
  const cases = conditional[token]?.inCase(olds, news) ?? [];
  const replaces = [...own, ...cases.filter((path) => path !== undefined)];
  const decided = new Set(conditional[token]?.paths);
  return {
    decides(path) {
      const plain = path.replaceAll(/\[\d+\]/g, "");
      if (replaces.some((rule) => plain === rule || plain.startsWith(`${rule}.`))) return true;
      return decided.has(plain) ? false : undefined;
    },
    below(path) {
      const plain = path.replaceAll(/\[\d+\]/g, "");
      return replaces.filter((rule) => rule.startsWith(`${plain}.`)).map((rule) => rule.slice(plain.length + 1));
    },
  };
}

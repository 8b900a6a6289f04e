/**
 * Resources of the services that a platform is made of which take tags as a map: what `@pulumi/aws` says of them, which a
 * test compares. An Auto Scaling group takes its own in another form, and gives them to its instances.
 */
const taggable: Readonly<Record<string, readonly string[]>> = {
  acm: names("certificate"),
  alb: names("listener listenerRule loadBalancer targetGroup"),
  backup: names("framework logicallyAirGappedVault plan reportPlan restoreTestingPlan vault"),
  budgets: names("budget budgetAction"),
  cloudwatch: names(`
    alarmMuteRule compositeAlarm contributorInsightRule contributorManagedInsightRule eventBus eventRule
    internetMonitor logAnomalyDetector logDelivery logDeliveryDestination logDeliverySource logDestination
    logGroup metricAlarm metricStream
  `),
  dynamodb: names("table tableReplica"),
  ebs: names("snapshot snapshotCopy snapshotImport volume volumeCopy"),
  ec2: names(`
    ami amiCopy amiFromInstance capacityBlockReservation capacityReservation carrierGateway customerGateway
    dedicatedHost defaultNetworkAcl defaultRouteTable defaultSecurityGroup defaultSubnet defaultVpc
    defaultVpcDhcpOptions egressOnlyInternetGateway eip encryptionControl fleet flowLog instance internetGateway
    keyPair launchTemplate localGatewayRouteTable localGatewayRouteTableVirtualInterfaceGroupAssociation
    localGatewayRouteTableVpcAssociation managedPrefixList natGateway networkAcl networkInsightsAccessScope
    networkInsightsAnalysis networkInsightsPath networkInterface placementGroup routeTable secondaryNetwork
    secondarySubnet securityGroup spotFleetRequest spotInstanceRequest subnet trafficMirrorFilter
    trafficMirrorSession trafficMirrorTarget vpc vpcBlockPublicAccessExclusion vpcDhcpOptions vpcEncryptionControl
    vpcEndpoint vpcEndpointService vpcIpam vpcIpamPool vpcIpamPoolCidrAllocation vpcIpamResourceDiscovery
    vpcIpamResourceDiscoveryAssociation vpcIpamScope vpcPeeringConnection vpcPeeringConnectionAccepter
    vpnConcentrator vpnConnection vpnGateway
  `),
  ecr: names("repository"),
  efs: names("accessPoint fileSystem"),
  eks: names(`
    accessEntry addon capability cluster fargateProfile identityProviderConfig nodeGroup podIdentityAssociation
  `),
  iam: names(`
    instanceProfile openIdConnectProvider policy role samlProvider serverCertificate serviceLinkedRole user
    virtualMfaDevice
  `),
  kms: names("externalKey key replicaExternalKey replicaKey"),
  lb: names("listener listenerRule loadBalancer targetGroup trustStore"),
  rds: names(`
    cluster clusterEndpoint clusterInstance clusterParameterGroup clusterSnapshot clusterSnapshotCopy
    customDbEngineVersion eventSubscription globalCluster instance integration optionGroup parameterGroup proxy
    proxyEndpoint reservedInstance shardGroup snapshot snapshotCopy subnetGroup
  `),
  route53: names(`
    healthCheck profilesAssociation profilesProfile resolverEndpoint resolverFirewallDomainList
    resolverFirewallRuleGroup resolverFirewallRuleGroupAssociation resolverQueryLogConfig resolverRule zone
  `),
  s3: names(`
    accessPoint bucket bucketObject bucketObjectv2 bucketV2 directoryBucket filesAccessPoint filesFileSystem
    objectCopy vectorsIndex vectorsVectorBucket
  `),
  secretsmanager: names("secret"),
  sns: names("topic"),
  sqs: names("queue"),
  vpc: names(`
    routeServer routeServerEndpoint routeServerPeer securityGroupEgressRule securityGroupIngressRule
  `),
};

/** Types of resources that take tags. */
export const taggableTypes: ReadonlySet<string> = new Set(
  Object.entries(taggable).flatMap(([service, resources]) =>
    resources.map((name) => `aws:${service}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`),
  ),
);

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

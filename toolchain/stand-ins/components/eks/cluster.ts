import { Cluster as AwsCluster } from "@pulumi/aws/eks/cluster.js";
import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import type { ClusterArgs } from "@pulumi/eks/cluster.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { makeAccessEntries } from "./access.ts";
import { makeAddon, VpcCniAddon } from "./addons.ts";
import { checkArgs } from "./args.ts";
import { standInKubeconfig } from "./kubeconfig.ts";
import { makeClusterGroup, makeNodeGroup } from "./security-groups.ts";
import { ServiceRole } from "./service-role.ts";

/** The certificate authority at the end of EKS' own issuers, as AWS publishes it for `thumbprintLists`. */
const issuerThumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";

/**
 * What `eks.Cluster` makes: role, security groups, the cluster, access entries and the add-ons of its options, under
 * the names and parents of the real component. Its kubeconfig leads to the local platform.
 *
 * Node groups, Fargate, Auto Mode, storage classes and the `aws-auth` ConfigMap are not here: asking for one fails.
 */
export class Cluster extends pulumi.ComponentResource {
  readonly state: pulumi.Inputs;

  private constructor(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions) {
    super("eks:index:Cluster", name, {}, options);
    checkArgs(args);
    const { vpcId, tags } = args;
    const role = new ServiceRole(
      `${name}-eksRole`,
      {
        service: "eks.amazonaws.com",
        description: "Allows EKS to manage clusters on your behalf.",
        policies: ["AmazonEKSClusterPolicy"],
        actions: ["sts:AssumeRole", "sts:TagSession"],
        tags,
      },
      { parent: this },
    );
    const withGroups = !args.skipDefaultSecurityGroups;
    const clusterGroup = withGroups
      ? makeClusterGroup(name, { vpcId: vpcId ?? "", tags, ownTags: args.clusterSecurityGroupTags }, this)
      : undefined;
    const subnetIds =
      args.subnetIds ??
      pulumi
        .all([pulumi.output(args.publicSubnetIds ?? []), pulumi.output(args.privateSubnetIds ?? [])])
        .apply(([publicOnes, privateOnes]) => [...publicOnes, ...privateOnes]);
    const keyArn = args.encryptionConfigKeyArn;
    const encryptionConfig = keyArn ? { provider: { keyArn }, resources: ["secrets"] } : undefined;
    const cluster = new AwsCluster(
      `${name}-eksCluster`,
      {
        name: args.name,
        roleArn: role.role.arn,
        version: args.version,
        bootstrapSelfManagedAddons: args.bootstrapSelfManagedAddons ?? true,
        kubernetesNetworkConfig: networkConfig(args),
        vpcConfig: {
          subnetIds,
          endpointPrivateAccess: args.endpointPrivateAccess,
          endpointPublicAccess: args.endpointPublicAccess,
          publicAccessCidrs: args.publicAccessCidrs,
          ...(clusterGroup ? { securityGroupIds: [clusterGroup.id] } : {}),
        },
        enabledClusterLogTypes: args.enabledClusterLogTypes,
        encryptionConfig,
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        upgradePolicy: args.upgradePolicy,
        deletionProtection: args.deletionProtection,
        tags: pulumi
          .all([pulumi.output(tags), pulumi.output(args.clusterTags)])
          .apply(([all, own]) => ({ Name: `${name}-eksCluster`, ...own, ...all })),
      },
      {
        parent: this,
        ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
        dependsOn: [...role.attachments],
      },
    );
    if (args.kubeProxyAddonOptions?.enabled ?? true) {
      makeAddon(name, "kube-proxy", { cluster, options: args.kubeProxyAddonOptions, tags }, this);
    }
    const kubeconfig = this.kubeconfigOf(cluster);
    const provider = new Provider(
      `${name}-eks-k8s`,
      { kubeconfig: pulumi.jsonStringify(kubeconfig), enableConfigMapMutable: args.enableConfigMapMutable },
      { parent: this },
    );
    const accessEntries = makeAccessEntries(name, cluster, args.accessEntries ?? {}, this);
    if (!args.useDefaultVpcCni) {
      const cni = { cluster, options: args.vpcCniOptions ?? {}, tags };
      new VpcCniAddon(`${name}-vpc-cni`, cni, { parent: this, dependsOn: accessEntries });
    }
    const coredns = args.corednsAddonOptions;
    if (coredns?.enabled === true || coredns?.configurationValues) {
      makeAddon(name, "coredns", { cluster, options: coredns, tags }, this);
    }
    const oidcProvider = args.createOidcProvider ? this.oidcProvider(name, cluster) : undefined;
    const nodes = clusterGroup
      ? makeNodeGroup(
          name,
          { vpcId: vpcId ?? "", tags, ownTags: args.nodeSecurityGroupTags },
          { cluster, clusterGroup },
          this,
        )
      : undefined;
    const issuer = cluster.identities.apply((identities) => identities?.[0]?.oidcs?.[0]?.issuer ?? "");
    const ownGroup = cluster.vpcConfig.clusterSecurityGroupId;
    this.state = {
      eksCluster: cluster,
      kubeconfig,
      kubeconfigJson: pulumi.jsonStringify(kubeconfig),
      clusterSecurityGroup: clusterGroup,
      clusterSecurityGroupId: clusterGroup?.id ?? ownGroup,
      nodeSecurityGroup: nodes?.group,
      nodeSecurityGroupId: nodes?.group.id ?? ownGroup,
      eksClusterIngressRule: nodes?.ingress,
      clusterIngressRuleId: nodes?.ingress.securityGroupRuleId ?? "",
      instanceRoles: [],
      defaultNodeGroupAsgName: "",
      fargateProfileId: "",
      fargateProfileStatus: "",
      autoModeNodeRoleName: "",
      oidcProviderArn: oidcProvider?.arn ?? "",
      oidcProviderUrl: issuer,
      oidcIssuer: issuer.apply((url) => url.replace("https://", "")),
      core: {
        cluster,
        vpcId,
        subnetIds,
        publicSubnetIds: args.publicSubnetIds,
        privateSubnetIds: args.privateSubnetIds,
        endpoint: cluster.endpoint,
        clusterSecurityGroup: clusterGroup,
        provider,
        instanceRoles: [],
        nodeGroupOptions: { version: args.version },
        tags,
        nodeSecurityGroupTags: args.nodeSecurityGroupTags,
        kubeconfig,
        oidcProvider,
        encryptionConfig,
        clusterIamRole: role.role,
        accessEntries: Object.values(args.accessEntries ?? {}),
      },
    };
    this.registerOutputs(this.state);
  }

  static async construct(name: string, args: ClusterArgs, options: pulumi.ComponentResourceOptions): Promise<Cluster> {
    return new Cluster(name, args, options);
  }

  /** Known no sooner than the cluster, as with the real one. */
  private kubeconfigOf(cluster: AwsCluster): pulumi.Output<unknown> {
    const facts = pulumi.all([cluster.name, cluster.endpoint, cluster.certificateAuthority, cluster.arn]);
    // EKS' own holds no secret; this one has the local platform's token.
    return pulumi.secret(
      facts.apply(async () => {
        const { config, missing } = standInKubeconfig();
        if (missing) await pulumi.log.warn(missing, this);
        return config;
      }),
    );
  }

  private oidcProvider(name: string, cluster: AwsCluster): OpenIdConnectProvider {
    const url = cluster.identities.apply((identities) => identities?.[0]?.oidcs?.[0]?.issuer ?? "");
    return new OpenIdConnectProvider(
      `${name}-oidcProvider`,
      { clientIdLists: ["sts.amazonaws.com"], url, thumbprintLists: [issuerThumbprint] },
      { parent: this },
    );
  }
}

function networkConfig({
  kubernetesServiceIpAddressRange,
  ipFamily,
}: ClusterArgs): pulumi.Output<{ serviceIpv4Cidr?: string; ipFamily: string }> | undefined {
  if (kubernetesServiceIpAddressRange === undefined && ipFamily === undefined) return undefined;
  return pulumi
    .all([pulumi.output(kubernetesServiceIpAddressRange), pulumi.output(ipFamily ?? "ipv4")])
    .apply(([range, family]) => ({
      ipFamily: family,
      ...(family === "ipv4" && range !== undefined ? { serviceIpv4Cidr: range } : {}),
    }));
}

import { encryptEksClusterSecrets } from "../../../policies/rules/aws-eks-cluster/encrypt-secrets.ts";
import { guardEksClusterDeletion } from "../../../policies/rules/aws-eks-cluster/guard-deletion.ts";
import { logEksClusterAudit } from "../../../policies/rules/aws-eks-cluster/log-audit.ts";
import { restrictEksClusterEndpoint } from "../../../policies/rules/aws-eks-cluster/restrict-endpoint.ts";
import { useEksClusterAccessEntries } from "../../../policies/rules/aws-eks-cluster/use-access-entries.ts";
import { eksCluster } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const cluster = "cluster (aws:eks/cluster:Cluster):";

const closing = "Name the blocks that you run pulumi from, or set vpcConfig.endpointPublicAccess to false.";
const opensTo = (blocks: string) =>
  `${cluster} the cluster's API server answers the whole internet (vpcConfig.publicAccessCidrs: ${blocks}). ${closing}`;
describeRule(restrictEksClusterEndpoint, eksCluster, {
  refuses: {
    "an endpoint for everyone": {
      change: [
        ["vpcConfig", "publicAccessCidrs"],
        ["203.0.113.0/24", "0.0.0.0/0"],
      ],
      says: [opensTo("0.0.0.0/0")],
    },
    "everyone in two halves": {
      change: [
        ["vpcConfig", "publicAccessCidrs"],
        ["0.0.0.0/1", "128.0.0.0/1"],
      ],
      says: [opensTo("0.0.0.0/1, 128.0.0.0/1")],
    },
    "everyone by IPv6": { change: [["vpcConfig", "publicAccessCidrs"], ["::/0"]], says: [opensTo("::/0")] },
    "no blocks, which are EKS' own": {
      change: [["vpcConfig", "publicAccessCidrs"], undefined],
      says: [opensTo("0.0.0.0/0")],
    },
    "an empty list, which is EKS' own": {
      change: [["vpcConfig", "publicAccessCidrs"], []],
      says: [opensTo("0.0.0.0/0")],
    },
    "an endpoint of which nothing is said": { change: [["vpcConfig"], undefined], says: [opensTo("0.0.0.0/0")] },
  },
  allows: { "a private endpoint": { change: [["vpcConfig"], { endpointPublicAccess: false }] } },
  waitsFor: [["vpcConfig"], ["vpcConfig", "publicAccessCidrs"], ["vpcConfig", "publicAccessCidrs", 0]],
});

const inPlain = `${cluster} the cluster's secrets are not encrypted with a key of yours. Set encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] }.`;
describeRule(encryptEksClusterSecrets, eksCluster, {
  refuses: {
    "no encryption": { change: [["encryptionConfig"], undefined], says: [inPlain] },
    "encryption of nothing": { change: [["encryptionConfig", "resources"], []], says: [inPlain] },
    "no key": { change: [["encryptionConfig", "provider", "keyArn"], ""], says: [inPlain] },
  },
  waitsFor: [
    ["encryptionConfig"],
    ["encryptionConfig", "provider"],
    ["encryptionConfig", "provider", "keyArn"],
    ["encryptionConfig", "resources"],
    ["encryptionConfig", "resources", 0],
  ],
});

const noTrace = "what is done in the cluster leaves no trace.";
describeRule(logEksClusterAudit, eksCluster, {
  refuses: {
    "no logs": {
      change: [["enabledClusterLogTypes"], undefined],
      says: [`${cluster} enabledClusterLogTypes is not set: ${noTrace} Add "audit" and "authenticator".`],
    },
    "logs without the audit": {
      change: [["enabledClusterLogTypes"], ["authenticator", "api"]],
      says: [`${cluster} enabledClusterLogTypes is ["authenticator","api"]: ${noTrace} Add "audit".`],
    },
  },
  waitsFor: [["enabledClusterLogTypes"], ["enabledClusterLogTypes", 0]],
});

const creator = `${cluster} whoever makes the cluster becomes its admin, under no entry that the program has. Set accessConfig.bootstrapClusterCreatorAdminPermissions to false, and write an access entry for each admin.`;
const byConfigMap = (mode: string) =>
  `${cluster} accessConfig.authenticationMode is ${mode}: the aws-auth ConfigMap gives access too. Set it to "API".`;
describeRule(useEksClusterAccessEntries, eksCluster, {
  refuses: {
    "the ConfigMap beside entries": {
      change: [["accessConfig", "authenticationMode"], "API_AND_CONFIG_MAP"],
      says: [byConfigMap('"API_AND_CONFIG_MAP"')],
    },
    "EKS' own way": { change: [["accessConfig", "authenticationMode"], undefined], says: [byConfigMap("not set")] },
    "an admin that nobody named": {
      change: [["accessConfig", "bootstrapClusterCreatorAdminPermissions"], true],
      says: [creator],
    },
    "nothing said of it": { change: [["accessConfig"], undefined], says: [byConfigMap("not set"), creator] },
  },
  waitsFor: [
    ["accessConfig"],
    ["accessConfig", "authenticationMode"],
    ["accessConfig", "bootstrapClusterCreatorAdminPermissions"],
  ],
});

const oneCall = (value: string) =>
  `${cluster} deletionProtection is ${value}: one call deletes the cluster with all workspaces. Set it to true.`;
describeRule(guardEksClusterDeletion, eksCluster, {
  refuses: {
    "no protection": { change: [["deletionProtection"], false], says: [oneCall("false")] },
    "nothing said of it": { change: [["deletionProtection"], undefined], says: [oneCall("not set")] },
  },
  waitsFor: [["deletionProtection"]],
});

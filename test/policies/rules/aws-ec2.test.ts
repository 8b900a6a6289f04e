import { encryptEbsVolume } from "../../../policies/rules/aws-ebs-volume/encrypt.ts";
import { allowInstanceTypes } from "../../../policies/rules/aws-ec2-instance/allow-types.ts";
import { encryptInstanceDisks } from "../../../policies/rules/aws-ec2-instance/encrypt-disks.ts";
import { requireInstanceImdsv2 } from "../../../policies/rules/aws-ec2-instance/require-imdsv2.ts";
import { encryptLaunchTemplateDisks } from "../../../policies/rules/aws-ec2-launch-template/encrypt-disks.ts";
import { requireLaunchTemplateImdsv2 } from "../../../policies/rules/aws-ec2-launch-template/require-imdsv2.ts";
import { tagLaunchTemplate } from "../../../policies/rules/aws-ec2-launch-template/tag.ts";
import { instance, launchTemplate, subjectOf, tags, volume } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const template = "template (aws:ec2/launchTemplate:LaunchTemplate):";
const desktop = "desktop (aws:ec2/instance:Instance):";

const tokens = (value: string) =>
  `metadataOptions.httpTokens is ${value}: whoever makes the instance fetch a URL reads its role's credentials. Set it to "required" (IMDSv2).`;
const hops = (value: string) =>
  `metadataOptions.httpPutResponseHopLimit is ${value}: containers behind a bridge reach the node's credentials. Set it to 1; give pods their own role by EKS Pod Identity.`;
describeRule(requireLaunchTemplateImdsv2, launchTemplate, {
  refuses: {
    "the old service": {
      change: [["metadataOptions", "httpTokens"], "optional"],
      says: [`${template} ${tokens('"optional"')}`],
    },
    "two hops": {
      change: [["metadataOptions", "httpPutResponseHopLimit"], 2],
      says: [`${template} ${hops("2")}`],
    },
    "what the account or the image says": {
      change: [["metadataOptions"], undefined],
      says: [`${template} ${tokens("not set")}`, `${template} ${hops("not set")}`],
    },
  },
  allows: { "no service at all": { change: [["metadataOptions"], { httpEndpoint: "disabled" }] } },
  waitsFor: [
    ["metadataOptions"],
    ["metadataOptions", "httpEndpoint"],
    ["metadataOptions", "httpTokens"],
    ["metadataOptions", "httpPutResponseHopLimit"],
  ],
});

describeRule(requireInstanceImdsv2, instance, {
  refuses: {
    "the old service": {
      change: [["metadataOptions", "httpTokens"], "optional"],
      says: [`${desktop} ${tokens('"optional"')}`],
    },
    "what the account or the image says": {
      change: [["metadataOptions"], undefined],
      says: [`${desktop} ${tokens("not set")}`, `${desktop} ${hops("not set")}`],
    },
  },
  waitsFor: [["metadataOptions"], ["metadataOptions", "httpTokens"]],
});
const ofTemplate = subjectOf(instance.type, "desktop", { launchTemplate: { id: "lt-1" } });
describeRule(requireInstanceImdsv2, ofTemplate, {
  refuses: {
    "the old service where its template has the new one": {
      change: [["metadataOptions"], { httpTokens: "optional", httpPutResponseHopLimit: 1 }],
      says: [`${desktop} ${tokens('"optional"')}`],
    },
  },
  waitsFor: [["launchTemplate"]],
});

describeRule(encryptLaunchTemplateDisks, launchTemplate, {
  refuses: {
    "a disk in plain": {
      change: [["blockDeviceMappings", 0, "ebs", "encrypted"], "false"],
      says: [
        `${template} blockDeviceMappings[0].ebs.encrypted is "false": the disk is stored in plain. Set it to "true".`,
      ],
    },
    "a disk of which nothing is said": {
      change: [["blockDeviceMappings", 0, "ebs", "encrypted"], undefined],
      says: [
        `${template} blockDeviceMappings[0].ebs.encrypted is not set: the disk is stored in plain. Set it to "true".`,
      ],
    },
    "the image's disk": {
      change: [["blockDeviceMappings"], undefined],
      says: [
        `${template} blockDeviceMappings names no disk: instances have the image's, encrypted or not. Add the image's first disk: { deviceName: "/dev/xvda", ebs: { encrypted: "true", … } }.`,
      ],
    },
  },
  waitsFor: [
    ["blockDeviceMappings"],
    ["blockDeviceMappings", 0],
    ["blockDeviceMappings", 0, "ebs"],
    ["blockDeviceMappings", 0, "ebs", "encrypted"],
  ],
});

const stored = (path: string, value: string) =>
  `${desktop} ${path}.encrypted is ${value}: the disk is stored in plain. Set it to true.`;
describeRule(encryptInstanceDisks, instance, {
  refuses: {
    "a first disk in plain": {
      change: [["rootBlockDevice", "encrypted"], false],
      says: [stored("rootBlockDevice", "false")],
    },
    "the image's first disk": {
      change: [["rootBlockDevice"], undefined],
      says: [stored("rootBlockDevice", "not set")],
    },
    "a further disk in plain": {
      change: [["ebsBlockDevices", 0, "encrypted"], undefined],
      says: [stored("ebsBlockDevices[0]", "not set")],
    },
  },
  waitsFor: [["rootBlockDevice"], ["rootBlockDevice", "encrypted"], ["ebsBlockDevices"], ["ebsBlockDevices", 0]],
});
describeRule(encryptInstanceDisks, ofTemplate, {
  refuses: {
    "a further disk in plain": {
      change: [["ebsBlockDevices"], [{ deviceName: "/dev/sdb" }]],
      says: [stored("ebsBlockDevices[0]", "not set")],
    },
  },
  waitsFor: [["launchTemplate"]],
});

const home = "home (aws:ebs/volume:Volume):";
describeRule(encryptEbsVolume, volume, {
  refuses: {
    "a volume in plain": {
      change: [["encrypted"], false],
      says: [`${home} encrypted is false: its data is stored in plain. Set it to true.`],
    },
    "nothing said of it": {
      change: [["encrypted"], undefined],
      says: [`${home} encrypted is not set: its data is stored in plain. Set it to true.`],
    },
  },
  waitsFor: [["encrypted"]],
});

const { "berth.dev/owner": _, ...ownerless } = tags;
describeRule(tagLaunchTemplate, launchTemplate, {
  refuses: {
    "instances that nobody answers for": {
      change: [["tagSpecifications", 0, "tags"], ownerless],
      says: [
        `${template} tagSpecifications gives each instance no tag berth.dev/owner. Add them to the specification with resourceType "instance" (\`ownershipTags\`).`,
      ],
    },
    "volumes without tags": {
      change: [["tagSpecifications", 1], undefined],
      says: [
        `${template} tagSpecifications gives each volume no tags managed-by, berth.dev/installation, berth.dev/stack, berth.dev/owner, berth.dev/cost-centre. Add them to the specification with resourceType "volume" (\`ownershipTags\`).`,
      ],
    },
    "none of one's own": {
      settings: { keys: ["team"] },
      says: ["instance", "volume"].map(
        (kind) =>
          `${template} tagSpecifications gives each ${kind} no tag team. Add them to the specification with resourceType "${kind}" (\`ownershipTags\`).`,
      ),
    },
  },
  allows: {
    "fewer where fewer are asked for": {
      change: [["tagSpecifications", 0, "tags"], ownerless],
      settings: { keys: ["managed-by"] },
    },
  },
  waitsFor: [
    ["tagSpecifications"],
    ["tagSpecifications", 0],
    ["tagSpecifications", 0, "tags"],
    ["tagSpecifications", 0, "tags", "berth.dev/owner"],
  ],
});

const usual =
  "t3.*, t3a.*, t4g.*, c*.large, c*.xlarge, c*.2xlarge, m*.large, m*.xlarge, m*.2xlarge, r*.large, r*.xlarge, r*.2xlarge";
const unusual = (what: string, type: string, allowed = usual) =>
  `${what} instance type ${type} is none that the policy allows. Use one of ${allowed}, or add it to the policy's types.`;
describeRule(allowInstanceTypes, instance, {
  refuses: {
    "a type far too large": { change: [["instanceType"], "m7i.24xlarge"], says: [unusual(desktop, "m7i.24xlarge")] },
    "a type that is not on a list of one's own": {
      settings: { types: ["m7i.*"] },
      says: [unusual(desktop, "t3.xlarge", "m7i.*")],
    },
  },
  allows: {
    "a type of a list of one's own": { change: [["instanceType"], "p5.48xlarge"], settings: { types: ["p5.*"] } },
  },
  waitsFor: [["instanceType"]],
});
const nodes = subjectOf("aws:eks/nodeGroup:NodeGroup", "nodes", { instanceTypes: ["m7i.large", "m6a.large"] });
describeRule(allowInstanceTypes, nodes, {
  refuses: {
    "one of several types": {
      change: [["instanceTypes", 1], "x2iedn.32xlarge"],
      says: [unusual("nodes (aws:eks/nodeGroup:NodeGroup):", "x2iedn.32xlarge")],
    },
  },
  waitsFor: [["instanceTypes"], ["instanceTypes", 0]],
});
const group = subjectOf("aws:autoscaling/group:Group", "group", {
  mixedInstancesPolicy: { launchTemplate: { overrides: [{ instanceType: "m7i.large" }] } },
});
describeRule(allowInstanceTypes, group, {
  refuses: {
    "a type in place of the template's": {
      change: [["mixedInstancesPolicy", "launchTemplate", "overrides", 0, "instanceType"], "u-6tb1.metal"],
      says: [unusual("group (aws:autoscaling/group:Group):", "u-6tb1.metal")],
    },
  },
  waitsFor: [["mixedInstancesPolicy"]],
});

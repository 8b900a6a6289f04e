import { closeSecurityGroup } from "../../../policies/rules/aws-security-group/close.ts";
import { below, subjectOf } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const fix =
  "Name the blocks or the security groups that need it; what is there for everyone goes into the policy's openTo.";

const group = subjectOf("aws:ec2/securityGroup:SecurityGroup", "group", {
  ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: ["fd00::/8"] }],
  egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
});
const inline = (what: string) => `group (${group.type}): ingress[0] lets ${what}. ${fix}`;
describeRule(closeSecurityGroup, group, {
  refuses: {
    "everyone by IPv4": {
      change: [
        ["ingress", 0, "cidrBlocks"],
        ["10.0.0.0/16", "0.0.0.0/0"],
      ],
      says: [inline("0.0.0.0/0 in at port 443")],
    },
    "everyone by IPv6": { change: [["ingress", 0, "ipv6CidrBlocks"], ["::/0"]], says: [inline("::/0 in at port 443")] },
    "everyone at every port": {
      change: [["ingress", 0], { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      says: [inline("0.0.0.0/0 in at every port")],
    },
    "half of everyone": {
      change: [["ingress", 0, "cidrBlocks"], ["0.0.0.0/1"]],
      says: [inline("0.0.0.0/1 in at port 443")],
    },
  },
  allows: {
    "everyone where it is said": {
      change: [["ingress", 0, "cidrBlocks"], ["0.0.0.0/0"]],
      settings: { openTo: [{ resource: "group", ports: [443] }] },
    },
  },
  waitsFor: [["ingress"], ["ingress", 0], ["ingress", 0, "cidrBlocks"], ["ingress", 0, "cidrBlocks", 0]],
});

const closed = subjectOf("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", { ingress: [], egress: [] });
describeRule(closeSecurityGroup, closed, {
  refuses: {
    "everyone in the network's default group": {
      change: [["ingress"], [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }]],
      says: [`default (${closed.type}): ingress[0] lets 0.0.0.0/0 in at every port. ${fix}`],
    },
  },
  waitsFor: [["ingress"]],
});

const rule = subjectOf("aws:ec2/securityGroupRule:SecurityGroupRule", "ssh", {
  ...{ type: "ingress", protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["203.0.113.0/24"] },
});
const ssh = (what: string) => `ssh (${rule.type}): it lets ${what}. ${fix}`;
describeRule(closeSecurityGroup, rule, {
  refuses: {
    everyone: { change: [["cidrBlocks"], ["0.0.0.0/0"]], says: [ssh("0.0.0.0/0 in at port 22")] },
    "everyone by IPv6": { change: [["ipv6CidrBlocks"], ["::/0"]], says: [ssh("::/0 in at port 22")] },
  },
  waitsFor: [["type"], ["cidrBlocks"], ["cidrBlocks", 0], ["fromPort"]],
});
describeRule(
  closeSecurityGroup,
  subjectOf(rule.type, "ssh", { ...rule.props, type: "egress", cidrBlocks: ["0.0.0.0/0"] }),
  {
    refuses: {
      "everyone in, where out is fine": { change: [["type"], "ingress"], says: [ssh("0.0.0.0/0 in at port 22")] },
    },
    waitsFor: [["type"]],
  },
);

const https = below(
  "berth:ingress:LoadBalancer",
  subjectOf("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "https", {
    ...{ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
  }),
);
const lets = (what: string) => `https (${https.type}): it lets ${what}. ${fix}`;
describeRule(closeSecurityGroup, https, {
  refuses: {
    "another port of the load balancer's": {
      change: [["toPort"], 8443],
      says: [lets("0.0.0.0/0 in at ports 443 to 8443")],
    },
    "every port of the load balancer's": {
      change: [["fromPort"], undefined],
      says: [lets("0.0.0.0/0 in at every port")],
    },
    "every protocol, whose ports AWS does not look at": {
      change: [["ipProtocol"], "-1"],
      says: [lets("0.0.0.0/0 in at every port")],
    },
    "the load balancer's port, where nothing is open": {
      settings: { openTo: [] },
      says: [lets("0.0.0.0/0 in at port 443")],
    },
  },
  waitsFor: [["fromPort"], ["toPort"], ["cidrIpv4"], ["ipProtocol"]],
});

const other = below("mine:web:Site", subjectOf(https.type, "https", { ...https.props, cidrIpv4: "203.0.113.0/24" }));
describeRule(closeSecurityGroup, other, {
  refuses: {
    "everyone at another one's port 443": {
      change: [["cidrIpv4"], "0.0.0.0/0"],
      says: [lets("0.0.0.0/0 in at port 443")],
    },
    "everyone by IPv6": { change: [["cidrIpv6"], "::/0"], says: [lets("::/0 in at port 443")] },
  },
  waitsFor: [["cidrIpv4"], ["cidrIpv6"]],
});

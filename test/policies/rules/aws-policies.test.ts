import { limitIamPolicyActions } from "../../../policies/rules/aws-iam-policy/limit-actions.ts";
import { limitIamRoleTrust } from "../../../policies/rules/aws-iam-role/limit-trust.ts";
import { closeResourcePolicy } from "../../../policies/rules/aws-resource-policy/close.ts";
import { subjectOf } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const policyOf = (...statements: readonly unknown[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

const rolePolicy = subjectOf("aws:iam/rolePolicy:RolePolicy", "engine", {
  policy: policyOf(
    { Effect: "Allow", Action: ["s3:GetObject", "s3:*"], Resource: "arn:aws:s3:::state/*" },
    { Effect: "Deny", Action: "*", Resource: "*" },
  ),
});
const allows = (what: string, whose = `engine (${rolePolicy.type}):`) =>
  `${whose} ${what}. Name the actions that are needed, and the resources that they are for.`;
describeRule(limitIamPolicyActions, rolePolicy, {
  refuses: {
    "all actions": {
      change: [["policy"], policyOf({ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" })],
      says: [allows('the statement All allows "*"')],
    },
    "all actions of all services": {
      change: [["policy"], { Statement: { Effect: "Allow", Action: ["s3:GetObject", "*:*"], Resource: "*" } }],
      says: [allows('a statement allows "*"')],
    },
    "all actions but some": {
      change: [["policy"], policyOf({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" })],
      says: [allows("a statement allows all but iam:*")],
    },
  },
  waitsFor: [["policy"]],
});
const role = subjectOf("aws:iam/role:Role", "role", {
  assumeRolePolicy: policyOf({
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: "sts:AssumeRole",
  }),
  inlinePolicies: [{ policy: policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }) }],
  managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"],
});
const attached = (whose: string, name: string) =>
  `${whose} AWS' policy ${name} is attached: who has it can do all, or give it to themselves. Write a policy that names the actions that are needed.`;
describeRule(limitIamPolicyActions, role, {
  refuses: {
    "all actions in a role itself": {
      change: [["inlinePolicies", 0, "policy"], policyOf({ Effect: "Allow", Action: "*", Resource: "*" })],
      says: [allows('a statement allows "*"', "role (aws:iam/role:Role):")],
    },
    "administrators' policy in a role itself": {
      change: [["managedPolicyArns", 0], "arn:aws-cn:iam::aws:policy/AdministratorAccess"],
      says: [attached("role (aws:iam/role:Role):", "AdministratorAccess")],
    },
  },
  waitsFor: [["inlinePolicies"], ["inlinePolicies", 0], ["inlinePolicies", 0, "policy"], ["managedPolicyArns"]],
});
const attachment = subjectOf("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", {
  policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
});
describeRule(limitIamPolicyActions, attachment, {
  refuses: Object.fromEntries(
    ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"].map((name) => [
      name,
      {
        change: [["policyArn"], `arn:aws:iam::aws:policy/${name}`],
        says: [attached(`attachment (${attachment.type}):`, name)],
      },
    ]),
  ),
  allows: {
    "one's own policy of that name": { change: [["policyArn"], "arn:aws:iam::111122223333:policy/PowerUserAccess"] },
  },
  waitsFor: [["policyArn"]],
});

const everyone = (statement: string) =>
  `role (aws:iam/role:Role): ${statement} of assumeRolePolicy lets everyone take the role. Name the service, the accounts or the roles that take it.`;
const trust = (Principal: unknown, more = {}) =>
  policyOf({ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more });
describeRule(limitIamRoleTrust, role, {
  refuses: {
    everyone: { change: [["assumeRolePolicy"], trust("*", { Sid: "Any" })], says: [everyone("the statement Any")] },
    "every account": { change: [["assumeRolePolicy"], trust({ AWS: ["*"] })], says: [everyone("a statement")] },
    "everyone who knows a word": {
      change: [
        ["assumeRolePolicy"],
        trust({ AWS: "*" }, { Condition: { StringEquals: { "sts:ExternalId": "word" } } }),
      ],
      says: [everyone("a statement")],
    },
  },
  allows: {
    "an account": { change: [["assumeRolePolicy"], trust({ AWS: "arn:aws:iam::111122223333:root" })] },
    "everyone kept out": { change: [["assumeRolePolicy"], policyOf({ Effect: "Deny", Principal: "*", Action: "*" })] },
  },
  waitsFor: [["assumeRolePolicy"]],
});

const senders = { Effect: "Allow", Principal: { Service: "cloudwatch.amazonaws.com" }, Action: "sns:Publish" };
const topicPolicy = subjectOf("aws:sns/topicPolicy:TopicPolicy", "topic-policy", { policy: policyOf(senders) });
const letsIn = `topic-policy (aws:sns/topicPolicy:TopicPolicy): a statement of its policy lets everyone do sns:Publish. Name principals, or add a condition on aws:SourceAccount, aws:PrincipalOrgID or the like.`;
const bySource = (arn: string) =>
  policyOf({ ...senders, Principal: "*", Condition: { ArnLike: { "aws:SourceArn": [arn] } } });
describeRule(closeResourcePolicy, topicPolicy, {
  refuses: {
    everyone: { change: [["policy"], policyOf({ ...senders, Principal: { AWS: "*" } })], says: [letsIn] },
    "everyone by any account's resource": { change: [["policy"], bySource("arn:aws:s3::*:mine")], says: [letsIn] },
    "everyone by any bucket": { change: [["policy"], bySource("arn:aws:s3:::*")], says: [letsIn] },
  },
  allows: {
    "everyone by a bucket": { change: [["policy"], bySource("arn:aws:s3:::mine")] },
    "everyone by an account's resources": { change: [["policy"], bySource("arn:aws:events:*:111122223333:rule/*")] },
  },
  waitsFor: [["policy"]],
});

import { type ResourceRule, type ResourceSubject, read, readList, violation } from "../../rule.ts";
import { allowedBy, nameOf, type Statement } from "../aws-shared/policy-document.ts";

/** AWS' own policies that allow all, or giving oneself all. */
const boundless = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"] as const;

const attachments: readonly string[] = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];

export const limitIamPolicyActions = {
  name: "aws-iam-policy-limit-actions",
  description:
    "Nobody may do everything: policies name what they allow, and AWS' policies for administrators are nobody's.",
  severity: "mandatory",
  types: [
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/role:Role",
    ...attachments,
  ],
  check: (subject) => [
    ...policiesOf(subject).flatMap((policy) =>
      allowedBy(policy)
        .filter(isBoundless)
        .map((statement) =>
          violation(
            subject,
            `${nameOf(statement)} allows ${statement.notActions === undefined ? '"*"' : `all but ${statement.notActions.map(String).join(", ")}`}.`,
            "Name the actions that are needed, and the resources that they are for.",
          ),
        ),
    ),
    ...managedOf(subject).map((name) =>
      violation(
        subject,
        `AWS' policy ${name} is attached: who has it can do all, or give it to themselves.`,
        "Write a policy that names the actions that are needed.",
      ),
    ),
  ],
} satisfies ResourceRule;

/** Whether a statement allows all actions, or all but some. */
function isBoundless({ actions, notActions }: Statement): boolean {
  return (
    notActions !== undefined || actions.some((action) => typeof action === "string" && /^(?:\*+|\*+:\*+)$/.test(action))
  );
}

function policiesOf({ props }: ResourceSubject): readonly unknown[] {
  return [read(props, "policy"), ...readList(props, "inlinePolicies").map((inline) => read(inline, "policy"))];
}

function managedOf({ props }: ResourceSubject): readonly string[] {
  const arns = [read(props, "policyArn"), ...readList(props, "managedPolicyArns")];
  return boundless.filter((name) =>
    arns.some(
      (arn) => typeof arn === "string" && /^arn:[\w-]+:iam::aws:policy\//.test(arn) && arn.endsWith(`/${name}`),
    ),
  );
}

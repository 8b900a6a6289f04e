import { type ResourceSubject, type Violation, violation } from "../../rule.ts";
import { allowedBy, isForEveryone, isNarrowed, nameOf } from "./policy-document.ts";

/** What is wrong with a resource's own policy: statements that let everyone in. */
export function checkResourcePolicy(subject: ResourceSubject, policy: unknown): readonly Violation[] {
  return allowedBy(policy)
    .filter((statement) => isForEveryone(statement) && !isNarrowed(statement))
    .map((statement) =>
      violation(
        subject,
        `${nameOf(statement)} of its policy lets everyone do ${statement.actions.map(String).join(", ") || "all but something"}.`,
        "Name principals, or add a condition on aws:SourceAccount, aws:PrincipalOrgID or the like.",
      ),
    );
}

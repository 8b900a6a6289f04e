import { type StackRule, violation } from "../../rule.ts";
import { isMarkedSecret } from "../kubernetes-shared/marked-secrets.ts";
import { plainSecrets } from "../kubernetes-shared/plain-secrets.ts";

export const outputNoSecret = {
  name: "stack-output-no-secret",
  description:
    "No output of a stack shows a secret: outputs are printed at the end of each update, and kept in the state in plain " +
    "text. Where what is marked secret cannot be told apart, nothing is said.",
  severity: "mandatory",
  checkStack: (subjects) =>
    subjects
      .filter(({ type, secrets }) => type === "pulumi:pulumi:Stack" && secrets !== undefined)
      .flatMap((stack) =>
        plainSecrets(stack.props)
          .filter(({ path }) => !isMarkedSecret(stack, path))
          .map(({ path, what }) =>
            violation(stack, `output ${path.join(".")} shows ${what}.`, "Wrap it in pulumi.secret(), or leave it out."),
          ),
      ),
} satisfies StackRule;

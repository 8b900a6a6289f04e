import { type ResourceRule, read, violation } from "../../rule.ts";
import { chartTypes } from "../kubernetes-shared/charts.ts";
import { isMarkedSecret } from "../kubernetes-shared/marked-secrets.ts";
import { plainSecrets } from "../kubernetes-shared/plain-secrets.ts";

export const keepSecretsOutOfRelease = {
  name: "kubernetes-release-hold-no-secret",
  description:
    "No secret is written into a chart's values: it would be in the stack's state in plain text, and in whatever the " +
    "chart makes of it. Charts take the name of a Secret (`existingSecret`) instead.",
  severity: "mandatory",
  types: chartTypes,
  check: (subject) =>
    plainSecrets(read(subject.props, "values"), ["values"])
      .filter(({ path }) => !isMarkedSecret(subject, path))
      .map(({ path, what }) =>
        violation(
          subject,
          `${path.join(".")} holds ${what}.`,
          "Make a Secret of it and give the chart its name, or mark it with pulumi.secret().",
        ),
      ),
} satisfies ResourceRule;

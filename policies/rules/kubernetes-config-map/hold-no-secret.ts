import { Buffer } from "node:buffer";
import { type ResourceRule, read, readEntries, violation } from "../../rule.ts";
import { plainSecrets, secretIn } from "../kubernetes-shared/plain-secrets.ts";

export const keepSecretsOutOfConfigMap = {
  name: "kubernetes-config-map-hold-no-secret",
  description:
    "No ConfigMap holds a secret (private keys, tokens, URLs with passwords, and what is named a password, a token or a " +
    "secret): many may read one, and it is encrypted nowhere.",
  severity: "mandatory",
  types: ["kubernetes:core/v1:ConfigMap"],
  check: (subject) => {
    const texts = plainSecrets(read(subject.props, "data"), ["data"]);
    const files = readEntries(subject.props, "binaryData").flatMap(([key, value]) => {
      const what = typeof value === "string" ? secretIn(Buffer.from(value, "base64").toString("latin1")) : null;
      return what === null ? [] : [{ path: ["binaryData", key], what }];
    });
    return [...texts, ...files].map(({ path, what }) =>
      violation(
        subject,
        `${path.join(".")} holds ${what}.`,
        "Put it into a Secret, or leave only its reference there (an ARN, the path of a mounted file).",
      ),
    );
  },
} satisfies ResourceRule;

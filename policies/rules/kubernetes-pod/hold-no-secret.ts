import { type ResourceRule, read, readList } from "../../rule.ts";
import { type PlainSecret, plainSecrets } from "../kubernetes-shared/plain-secrets.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

export const keepSecretsOutOfPod = {
  name: "kubernetes-pod-hold-no-secret",
  description:
    "No container is told a secret by the value of a variable or by its command line, which everyone may read who may " +
    "look at a pod.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) =>
    eachContainer(
      subject,
      "Put it into a Secret, and let the container take it from there: valueFrom: { secretKeyRef } or a mounted file.",
      ({ fields }) => [
        ...readList(fields, "env").flatMap((variable) => {
          const name = read(variable, "name");
          return plainSecrets(read(variable, "value"), [String(name)]).map(
            ({ what }) => `has ${what} in variable ${name}`,
          );
        }),
        ...["command", "args"].flatMap((list) =>
          readList(fields, list).flatMap((argument, index) =>
            inArgument(argument, `${index}`).map(({ path, what }) => `has ${what} in ${list}: ${path.join(".")}`),
          ),
        ),
      ],
    ),
} satisfies ResourceRule;

/** `--api-token=…` names what it gives; else only the form of the argument can tell. */
function inArgument(argument: unknown, index: string): readonly PlainSecret[] {
  if (typeof argument !== "string") return [];
  const [, name, value] = /^--?([\w.-]+)=(\S+)$/.exec(argument) ?? [];
  return name === undefined ? plainSecrets(argument, [index]) : plainSecrets(value, [name]);
}

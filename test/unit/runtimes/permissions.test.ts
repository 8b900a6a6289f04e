import { expect, test } from "vitest";
import { engineRoleManifest } from "../../../components/platform/manifests/identities.ts";
import { parseFoundationSpec } from "../../../components/platform/spec.ts";
import { claimName } from "../../../provisioner/runtimes/kubernetes/names.ts";
import { runtimePermissions } from "../../../provisioner/runtimes/kubernetes/permissions.ts";

const role = engineRoleManifest(
  parseFoundationSpec({ installation: "berth", storage: { provisioner: "example.com/disk" } }),
);

/** Names of the objects that the runtime writes; RBAC may be limited to them. */
const written: Readonly<Record<string, string>> = {
  persistentvolumeclaims: claimName,
  "deployments/scale": "workspace",
};

test.each(
  runtimePermissions.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  ),
)("the engine's role lets the runtime $verb $resource", ({ group, resource, verb }) => {
  const allowing = role.rules.filter((rule) => {
    const names = "resourceNames" in rule && Array.isArray(rule.resourceNames) ? rule.resourceNames : undefined;
    return (
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      rule.verbs.includes(verb) &&
      (names === undefined || names.includes(written[resource] ?? ""))
    );
  });
  expect(allowing).not.toEqual([]);
});

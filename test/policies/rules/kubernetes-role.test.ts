import { guardSecretsFromRole } from "../../../policies/rules/kubernetes-role/guard-secrets.ts";
import { limitRoleRights } from "../../../policies/rules/kubernetes-role/limit-rights.ts";
import { refuseAdminBinding } from "../../../policies/rules/kubernetes-role-binding/refuse-admin.ts";
import { describeRule } from "./describe-rule.ts";
import { inPlatform } from "./kubernetes-fixtures.ts";

const type = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const role = inPlatform(type, "engine-role", {
  rules: [
    { apiGroups: [""], resources: ["secrets"], resourceNames: ["identity"], verbs: ["get", "list", "delete"] },
    { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
  ],
});

describeRule(limitRoleRights, role, {
  refuses: {
    "every right on everything": {
      change: [["rules", 0], { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
      says: [
        `engine-role (${type}): rules[0] gives every right on everything: verbs and resources are ["*"]. Name the resources that it works with, and the verbs that it needs on each.`,
      ],
    },
    "the rights of others": {
      change: [
        ["rules", 1, "verbs"],
        ["create", "impersonate", "bind", "escalate"],
      ],
      says: [
        `engine-role (${type}): rules[1] gives the rights of others: verbs has escalate, bind, impersonate on ["secrets"]. Take these verbs out, and give it what it needs itself.`,
      ],
    },
  },
  allows: { "every right on one thing": { change: [["rules", 1, "verbs"], ["*"]] } },
  waitsFor: [["rules"], ["rules", 0], ["rules", 0, "verbs"], ["rules", 0, "verbs", 0]],
});

const named = "Name the Secrets in resourceNames, or use a Role in the namespace that they are in.";
describeRule(guardSecretsFromRole, role, {
  refuses: {
    "a role that reads every Secret": {
      change: [["rules", 0, "resourceNames"], undefined],
      says: [
        `engine-role (${type}): rules[0] lets it read every Secret of the cluster: get, list on secrets without resourceNames. ${named}`,
      ],
    },
    "a role that does everything with them": {
      change: [["rules", 1, "verbs"], ["*"]],
      says: [
        `engine-role (${type}): rules[1] lets it read every Secret of the cluster: * on secrets without resourceNames. ${named}`,
      ],
    },
    "a role that watches whatever there is": {
      change: [["rules", 1], { apiGroups: ["*"], resources: ["*"], verbs: ["watch"] }],
      says: [
        `engine-role (${type}): rules[1] lets it read every Secret of the cluster: watch on secrets without resourceNames. ${named}`,
      ],
    },
  },
  allows: {
    "a role of other things": { change: [["rules", 0], { apiGroups: [""], resources: ["pods"], verbs: ["list"] }] },
    "what another group calls secrets": {
      change: [["rules", 0], { apiGroups: ["example.com"], resources: ["secrets"], verbs: ["list"] }],
    },
  },
  waitsFor: [["rules"], ["rules", 0], ["rules", 0, "resourceNames"], ["rules", 0, "verbs", 0]],
});
describeRule(
  { ...guardSecretsFromRole, name: "kubernetes-role-guard-secrets, of one namespace" },
  inPlatform("kubernetes:rbac.authorization.k8s.io/v1:Role", "reader", {
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }],
  }),
  { refuses: {}, waitsFor: [["rules"]] },
);

const bindingType = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding";
const bound = `engine-binding (${bindingType}):`;
describeRule(
  refuseAdminBinding,
  inPlatform(bindingType, "engine-binding", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "berth-engine" },
    subjects: [{ kind: "ServiceAccount", name: "berth-engine", namespace: "berth-system" }],
  }),
  {
    refuses: {
      "an administrator": {
        change: [["roleRef", "name"], "cluster-admin"],
        says: [
          `${bound} it makes administrators: roleRef.name is "cluster-admin". Write a role with what its subjects need, and bind that.`,
        ],
      },
      "rights for all ServiceAccounts": {
        change: [["subjects", 0], { kind: "Group", name: "system:serviceaccounts" }],
        says: [
          `${bound} it gives rights to everyone: subjects has "system:serviceaccounts". Name the ServiceAccount, the user or a group of your own.`,
        ],
      },
      "rights for who is not logged in": {
        change: [["subjects", 0], { kind: "User", name: "system:anonymous" }],
        says: [
          `${bound} it gives rights to everyone: subjects has "system:anonymous". Name the ServiceAccount, the user or a group of your own.`,
        ],
      },
    },
    allows: {
      "a role of a namespace that is called so": { change: [["roleRef"], { kind: "Role", name: "cluster-admin" }] },
    },
    waitsFor: [["roleRef"], ["roleRef", "name"], ["subjects"], ["subjects", 0], ["subjects", 0, "name"]],
  },
);

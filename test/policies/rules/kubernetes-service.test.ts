import { keepServiceInside } from "../../../policies/rules/kubernetes-service/stay-inside.ts";
import { withholdServiceAccountToken } from "../../../policies/rules/kubernetes-service-account/withhold-token.ts";
import { describeRule } from "./describe-rule.ts";
import { inPlatform, inWorkspace } from "./kubernetes-fixtures.ts";

const type = "kubernetes:core/v1:Service";
const service = { spec: { type: "ClusterIP", ports: [{ port: 80 }] } };

const allow = 'Leave it out and let the edge lead to it, or allow it by name: open: ["berth-system/berth-api"].';
describeRule(
  { ...keepServiceInside, name: "kubernetes-service-stay-inside, of the platform" },
  inPlatform(type, "berth-api", service),
  {
    refuses: {
      "a load balancer": {
        change: [["spec", "type"], "LoadBalancer"],
        says: [`berth-api (${type}): the Service is open to the outside: type is "LoadBalancer". ${allow}`],
      },
      "a port of the nodes": {
        change: [["spec", "type"], "NodePort"],
        says: [`berth-api (${type}): the Service is open to the outside: type is "NodePort". ${allow}`],
      },
      "foreign addresses": {
        change: [["spec", "externalIPs"], ["192.0.2.1"]],
        says: [`berth-api (${type}): the Service takes foreign addresses: externalIPs is ["192.0.2.1"]. ${allow}`],
      },
      "one that is not the one that is allowed": {
        change: [["spec", "type"], "NodePort"],
        settings: { open: ["berth-edge/*"] },
        says: [`berth-api (${type}): the Service is open to the outside: type is "NodePort". ${allow}`],
      },
    },
    allows: {
      "another name for a Service": { change: [["spec", "type"], "ExternalName"] },
      "none of the types, which is ClusterIP": { change: [["spec", "type"], undefined] },
      "what is allowed by name": {
        change: [["spec", "type"], "NodePort"],
        settings: { open: ["berth-system/berth-*"] },
      },
    },
    waitsFor: [["spec", "type"], ["spec", "externalIPs"], ["spec", "externalIPs", 0], ["spec"]],
  },
);

const leave = "Leave it out: the router leads to a workspace by its ClusterIP Service.";
describeRule(
  { ...keepServiceInside, name: "kubernetes-service-stay-inside, of a workspace" },
  inWorkspace(type, "desktop", service),
  {
    refuses: {
      "a load balancer, whatever is allowed": {
        change: [["spec", "type"], "LoadBalancer"],
        settings: { open: ["*/*"] },
        says: [
          `workspace-desktop (${type}): the workspace's Service is open to the outside: type is "LoadBalancer". ${leave}`,
        ],
      },
      "a name for another place": {
        change: [["spec", "type"], "ExternalName"],
        says: [
          `workspace-desktop (${type}): the workspace's Service is a name for another place: type is "ExternalName". ${leave}`,
        ],
      },
    },
    waitsFor: [["spec", "type"]],
  },
);

const account = "kubernetes:core/v1:ServiceAccount";
describeRule(withholdServiceAccountToken, inPlatform(account, "berth-api", { automountServiceAccountToken: false }), {
  refuses: {
    "one that hands its token to all": {
      change: [["automountServiceAccountToken"], undefined],
      says: [
        `berth-api (${account}): its token is mounted into every pod that runs as it: automountServiceAccountToken is missing. Write automountServiceAccountToken: false.`,
      ],
    },
  },
  waitsFor: [["automountServiceAccountToken"]],
});

import { type StackRule, violation } from "../../rule.ts";

export const leaveGatewaysOut = {
  name: "kubernetes-gateway-leave-out",
  description:
    "No way in by the Gateway API: TLS and host names are judged for Ingress and Traefik's routes, and a Gateway beside " +
    "them would be seen by no rule.",
  severity: "mandatory",
  checkStack: (subjects) =>
    subjects
      .filter(({ type }) => /^kubernetes:gateway\.networking\.(?:x-)?k8s\.io\//.test(type))
      .map((subject) =>
        violation(
          subject,
          "it is of the Gateway API, whose routes no rule judges.",
          "Lead to it by an IngressRoute of the edge, or by an Ingress.",
        ),
      ),
} satisfies StackRule;

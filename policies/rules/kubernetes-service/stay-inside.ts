import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { isOfWorkspace, namespaceOf, objectName, shown } from "../kubernetes-shared/objects.ts";

const values = z.strictObject({
  open: z
    .array(z.string())
    .default([])
    .describe(
      "Services of the platform that may be reached from outside the cluster, as `<namespace>/<name>`; `*` stands for " +
        "any characters but `/`",
    ),
});

const outward = ["NodePort", "LoadBalancer"];

export const keepServiceInside = {
  name: "kubernetes-service-stay-inside",
  description:
    "No Service opens a way into the cluster beside the edge: no load balancer, no port of the nodes, no foreign " +
    "addresses. A workspace's leads nowhere else either (no ExternalName).",
  severity: "mandatory",
  types: ["kubernetes:core/v1:Service"],
  values,
  check: (subject, settings) => {
    const { open } = values.parse(settings);
    const ofWorkspace = isOfWorkspace(subject);
    const place = [namespaceOf(subject), objectName(subject)].map((part) => (isUnknown(part) ? "" : part)).join("/");
    if (!ofWorkspace && open.some((pattern) => matchesGlob(pattern, place, "/"))) return [];
    const type = read(subject.props, "spec", "type");
    const wrong = typeof type === "string" && (outward.includes(type) || (ofWorkspace && type === "ExternalName"));
    const addresses = readList(subject.props, "spec", "externalIPs").filter((address) => !isUnknown(address));
    const fix = ofWorkspace
      ? "Leave it out: the router leads to a workspace by its ClusterIP Service."
      : `Leave it out and let the edge lead to it, or allow it by name: open: ["${place}"].`;
    const what = ofWorkspace ? "the workspace's Service" : "the Service";
    return [
      ...(wrong
        ? [
            violation(
              subject,
              `${what} is ${type === "ExternalName" ? "a name for another place" : "open to the outside"}: type is ${shown(type)}.`,
              fix,
            ),
          ]
        : []),
      ...(addresses.length > 0
        ? [violation(subject, `${what} takes foreign addresses: externalIPs is ${shown(addresses)}.`, fix)]
        : []),
    ];
  },
} satisfies ResourceRule;

import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { chartTypes, opaque } from "../kubernetes-shared/charts.ts";
import { shown } from "../kubernetes-shared/objects.ts";

const values = z.strictObject({
  repositories: z
    .array(z.string())
    .default([
      "https://charts.jetstack.io",
      "https://fluent.github.io/helm-charts",
      "https://kubernetes.github.io/autoscaler",
      "https://prometheus-community.github.io/helm-charts",
      "https://traefik.github.io/charts",
    ])
    .describe(
      "Repositories of charts that are trusted, by their whole address: `https://…`, or `oci://…` of the chart",
    ),
});

export const trustReleaseRepository = {
  name: "kubernetes-release-trust-repository",
  description: `Charts come from repositories that are trusted, over an encrypted connection. ${opaque}`,
  severity: "mandatory",
  types: chartTypes,
  values,
  check: (subject, settings) => {
    const { repositories } = values.parse(settings);
    const chart = read(subject.props, "chart");
    const repository = read(subject.props, "repositoryOpts", "repo");
    if (isUnknown(repository) || isUnknown(chart)) return [];
    const from = typeof chart === "string" && /^[a-z][a-z0-9+.-]*:\/\//.test(chart) ? chart : repository;
    const address = typeof from === "string" ? from.replace(/\/$/, "") : undefined;
    const encrypted = address !== undefined && /^(?:https|oci):\/\//.test(address);
    if (encrypted && repositories.some((pattern) => matchesGlob(pattern.replace(/\/$/, ""), address, "/"))) return [];
    const found =
      address === undefined
        ? `chart ${shown(chart)} is from no repository: repositoryOpts.repo is ${shown(repository)}.`
        : `chart ${shown(chart)} is from ${address}, which is ${encrypted ? "not an allowed repository" : "not encrypted"}.`;
    return [
      violation(
        subject,
        found,
        `Take it from one of ${repositories.join(", ")}, or add its repository to \`repositories\`.`,
      ),
    ];
  },
} satisfies ResourceRule;

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certManagerChart } from "../../../components/certificates/manifests/chart.ts";
import { traefikChart, traefikVersion } from "../../../components/ingress/manifests/chart.ts";
import { autoscalerChart } from "../../../components/nodes/plan-autoscaler.ts";
import { fluentBitChart } from "../../../components/observability/manifests/fluent-bit-values.ts";
import { prometheusChart } from "../../../components/observability/manifests/prometheus-values.ts";
import { checkout } from "../../../toolchain/paths.ts";
import { definitionNames } from "../../../toolchain/tools/catalog.ts";
import { toolVersion } from "../../../toolchain/tools.ts";

interface Chart {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly definitions?: { readonly tool: string; readonly version: string };
}

const charts: readonly Chart[] = JSON.parse(
  readFileSync(join(checkout, "toolchain", "go", "pulumi-resource-kubernetes", "charts.json"), "utf8"),
);

test("the stand-in for the Kubernetes provider installs the charts of the components, in their versions", () => {
  const used = [certManagerChart, traefikChart, autoscalerChart, prometheusChart, fluentBitChart];
  const prepared = charts.map(({ name, version, repository }) => ({ chart: name, version, repository }));
  expect(prepared).toEqual(used.map(({ chart, version, repository }) => ({ chart, version, repository })));
});

test("the kinds that a chart brings are those that set-up gets", () => {
  const wanted = charts.flatMap(({ definitions }) =>
    definitions ? [{ tool: definitions.tool, version: definitions.version }] : [],
  );
  const names = definitionNames.filter((name) => name !== "snapshot-crds");
  expect(wanted).toEqual(names.map((tool) => ({ tool, version: toolVersion(tool) })));
  expect(certManagerChart.version).toBe(`v${toolVersion("cert-manager-crds")}`);
  expect(traefikVersion).toBe(`v${toolVersion("traefik-crds")}`);
});

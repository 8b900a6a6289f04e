import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkout } from "../../../toolchain/paths.ts";
import { versions } from "../../../toolchain/versions.ts";

const read = (...path: string[]): string => readFileSync(join(checkout, ...path), "utf8");

test.each([
  ["etcd", `go.etcd.io/etcd/server/v3 v${versions.etcd}`],
  ["kubernetes", `k8s.io/kubernetes v${versions.kubernetes}`],
  ["kwok", `sigs.k8s.io/kwok v${versions.kwok}`],
  ["pulumi", `github.com/pulumi/pulumi/pkg/v3 v${versions.pulumi}`],
])("the Go module %s names the version of the table", (module, requirement) => {
  expect(read("toolchain", "go", module, "go.mod")).toContain(requirement);
});

test("the npm packages are those of the table", () => {
  const manifest = JSON.parse(read("package.json"));
  expect(manifest.dependencies["@pulumi/pulumi"]).toBe(versions.pulumi);
  expect(manifest.dependencies["@pulumi/kubernetes"]).toBe(versions.pulumiKubernetes);
  expect(manifest.devDependencies.node).toBe(versions.node);
  expect(JSON.parse(read("toolchain", "pulumi", "package.json")).version).toBe(versions.pulumi);
});

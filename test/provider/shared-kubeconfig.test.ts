import * as kubernetes from "@pulumi/kubernetes";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { useProvider } from "../support/provider.ts";

// What the stand-in and the official plugin have in common: a cluster that the same program makes.
const bench = useProvider();

test("a cluster that is only known later is previewed by inputs, its custom kinds included, and then used", async () => {
  const stack = await bench().stack();
  const namespace = bench().unreservedNamespace();
  const group = `${bench().unique("later")}.example.com`;
  const program = async () => {
    const first = { provider: bench().provider() };
    const home = new kubernetes.core.v1.Namespace("home", { metadata: { name: namespace } }, first);
    // Not known before the namespace is there, as a cluster's address is not before the cluster.
    const kubeconfig = home.metadata.uid.apply(() => JSON.stringify(parse(bench().kubeconfig)));
    const later = { provider: new kubernetes.Provider("later", { kubeconfig }) };
    const definition = new kubernetes.apiextensions.v1.CustomResourceDefinition(
      "definition",
      {
        metadata: { name: `things.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural: "things", singular: "thing", kind: "Thing" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: "object",
                  properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
                },
              },
            },
          ],
        },
      },
      later,
    );
    // In the foreground it would be held until the garbage collector knows its new kind.
    const annotations = { "pulumi.com/deletionPropagationPolicy": "background" };
    const metadata = { name: "thing", namespace, annotations };
    const thing = new kubernetes.apiextensions.CustomResource(
      "thing",
      { apiVersion: `${group}/v1`, kind: "Thing", metadata, spec: { size: 3 } },
      { ...later, dependsOn: [definition] },
    );
    const api = kubernetes.core.v1.Service.get("api", "default/kubernetes", later);
    return { thing: thing.id, port: api.spec.ports[0]?.port };
  };
  expect((await stack.preview(program)).counts).toMatchObject({ create: 6 });
  const { outputs } = await stack.up(program);
  expect(outputs).toEqual({
    thing: { value: `${namespace}/thing`, secret: false },
    port: { value: 443, secret: false },
  });
  const thing = { apiVersion: `${group}/v1`, kind: "Thing", name: "thing", namespace };
  expect(await bench().read(thing)).toMatchObject({ spec: { size: 3 } });
  expect((await stack.up(program)).summary.resourceChanges).toEqual({ read: 1, same: 6 });
  await stack.destroy();
  expect(await bench().read({ apiVersion: "v1", kind: "Namespace", name: namespace })).toBeUndefined();
});

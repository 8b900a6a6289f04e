import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { installedPackage, Typings } from "../../../toolchain/stand-ins/typings/cache.ts";
import { indexDeclarations } from "../../../toolchain/stand-ins/typings/declarations.ts";
import { acceptedValues, forcesReplacement } from "../../../toolchain/stand-ins/typings/documentation.ts";
import { TypingsReader } from "../../../toolchain/stand-ins/typings/read.ts";

const cache = mkdtempSync(join(tmpdir(), "berth-typings-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Every resource type of a package, by what its files say of themselves. */
function resourceTypes(name: string): string[] {
  const { folder } = installedPackage(name);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".js") && !file.startsWith("node_modules"),
  );
  return files
    .flatMap((file) => /__pulumiType = '([\w:/]+)'/.exec(readFileSync(join(folder, file), "utf8"))?.[1] ?? [])
    .filter((token) => token.includes(":"))
    .sort();
}

function read(name: string, token: string) {
  const { folder } = installedPackage(name);
  return new TypingsReader(folder, name).resource(token);
}

describe("what the typings say of a type", () => {
  test("properties are required or not, of types that are read to their end", () => {
    const shape = read("aws", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    expect(shape?.inputs).toEqual({
      accessScope: {
        type: { kind: "object", name: "inputs.eks.AccessPolicyAssociationAccessScope" },
        required: true,
      },
      clusterName: { type: { kind: "string" }, required: true },
      policyArn: { type: { kind: "string" }, required: true },
      principalArn: { type: { kind: "string" }, required: true },
      region: { type: { kind: "string" }, required: false },
    });
    expect(shape?.objects["inputs.eks.AccessPolicyAssociationAccessScope"]).toEqual({
      namespaces: { type: { kind: "list", of: { kind: "string" } }, required: false },
      type: { type: { kind: "string" }, required: true },
    });
  });

  test("enums, maps, unions, assets and other resources are told apart", () => {
    const type = (token: string, property: string) => read("aws", token)?.inputs[property]?.type;
    expect(type("aws:lb/loadBalancer:LoadBalancer", "tags")).toEqual({ kind: "map", of: { kind: "string" } });
    expect(type("aws:lambda/function:Function", "code")).toEqual({ kind: "asset" });
    expect(type("aws:iam/rolePolicy:RolePolicy", "role")).toEqual({ kind: "string" });
    expect(type("aws:rds/clusterInstance:ClusterInstance", "engine")).toMatchObject({
      kind: "values",
      values: expect.arrayContaining(["aurora-postgresql"]),
    });
    expect(type("aws:iam/rolePolicy:RolePolicy", "policy")).toEqual({
      kind: "union",
      of: [{ kind: "string" }, { kind: "object", name: "inputs.iam.PolicyDocument" }],
    });
  });

  test("what is not in the package is not found, whatever the token", () => {
    for (const token of ["aws:ec2/vpn:Vpn", "aws:ec2/vpc:Subnet", "aws:../../x:X", "cloudflare:index/zone:Zone", ""]) {
      expect(read("aws", token)).toBeUndefined();
    }
  });

  test("types of all three packages are read", { timeout: 60_000 }, () => {
    const sample = (types: readonly string[], count: number) => {
      const step = Math.max(1, Math.floor(types.length / count));
      return types.filter((_type, index) => index % step === 0);
    };
    for (const [name, count] of [
      ["cloudflare", Number.POSITIVE_INFINITY],
      ["docker", 100],
      ["aws", 100],
    ] as const) {
      const { folder } = installedPackage(name);
      const reader = new TypingsReader(folder, name);
      const types = resourceTypes(name);
      const odd = types.filter((token) => /[a-z]\d[A-Z]|:kendra/.test(token));
      const chosen = count === Number.POSITIVE_INFINITY ? types : [...sample(types, count), ...odd];
      expect(chosen.length).toBeGreaterThan(name === "docker" ? 10 : 99);
      for (const token of chosen) {
        const shape = reader.resource(token);
        expect(shape?.token).toBe(token);
        expect(Object.keys(shape?.outputs ?? {}).length).toBeGreaterThan(0);
      }
    }
  });
});

test("what was read once is read again without the reader", async () => {
  const installed = installedPackage("aws");
  const token = "aws:ec2/vpc:Vpc";
  const first = await new Typings(installed, cache).resource(token);
  // A package whose folder is gone: only the cache can answer.
  const second = await new Typings({ ...installed, folder: "/nowhere" }, cache).resource(token);
  expect(second).toEqual(first);
  expect(await new Typings(installed, cache).resource("aws:ec2/vpn:Vpn")).toBeUndefined();
});

test("declarations are found by lines, as TypeScript finds them", () => {
  const text = [
    "export interface Top {",
    "    a: string;",
    "}",
    "export declare namespace ec2 {",
    "    interface Inner {",
    "        tags?: pulumi.Input<{",
    "            [key: string]: string;",
    "        }>;",
    "    }",
    "    interface Other extends Inner {",
    "    }",
    "}",
    "export declare const Tenancy: {",
    '    readonly Default: "default";',
    "};",
  ].join("\n");
  const index = indexDeclarations(text);
  expect(Object.keys(index)).toEqual(["Top", "ec2.Inner", "ec2.Other", "Tenancy"]);
  expect(Object.entries(index).map(([, [start, end]]) => text.slice(start, end).trim().split("\n").length)).toEqual([
    3, 5, 2, 3,
  ]);
});

test.each([
  ["Changing this forces a new resource to be created.", true],
  ["The ARN (Forces new resource).", true],
  ["Forces replacement if changed.", true],
  ["Changing this will create a new resource.", true],
  ["Changing this value creates a new resource.", true],
  ["Changing this will force\n     * Terraform to create a new resource.", true],
  ["Cannot be changed after creation.", true],
  ["Whether to force new deployment of the service.", false],
  ["Changing this value triggers an update to `passwordWo`.", false],
  ["Changing this value to an empty string forces replacement of the resource.", false],
  ["Changing this parameter does not result in an outage.", false],
  ["The name of the resource.", false],
])("%j says of a new resource: %s", (comment, expected) => {
  expect(forcesReplacement(comment)).toBe(expected);
});

test("the values that a comment lists as available are read", () => {
  expect(acceptedValues('Where. Available values: "local", "cloudflare".')).toEqual(["local", "cloudflare"]);
  expect(acceptedValues("Anything.")).toBeUndefined();
});

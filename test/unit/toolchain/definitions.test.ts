import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Download } from "../../../toolchain/tools/catalog.ts";
import { assembleDefinitions, WrongDefinitions } from "../../../toolchain/tools/definitions.ts";
import { createDownloader, DownloadFailed } from "../../../toolchain/tools/download.ts";

const widgets = `# A comment.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          description: A widget.
          type: object
          properties:
            description: { description: What it is for., type: string }
            parts: { type: array, items: { description: A part., type: object, anyOf: [{ description: x, required: [a] }] } }
status: { conditions: [] }
---
apiVersion: v1
kind: ConfigMap
`;
const gadgets = widgets.replaceAll("widget", "gadget");

/** What becomes of them. */
const shortened = (name: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${name}s.example.com` },
  spec: {
    group: "example.com",
    versions: [
      {
        name: "v1",
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              description: { type: "string" },
              parts: { type: "array", items: { type: "object", anyOf: [{ required: ["a"] }] } },
            },
          },
        },
      },
    ],
  },
});

const pinned = {
  files: ["widgets.yaml", "gadgets.yaml"],
  sha256: createHash("sha256").update(widgets).update(gadgets).digest("hex"),
};

describe("definitions of custom kinds", () => {
  test("are one list without descriptions; a field of that name stays", () => {
    expect(JSON.parse(assembleDefinitions(pinned, [widgets, gadgets]))).toEqual([
      shortened("widget"),
      shortened("gadget"),
    ]);
  });

  test("that are not the pinned ones are refused", () => {
    expect(() => assembleDefinitions(pinned, [widgets, widgets])).toThrow(WrongDefinitions);
  });
});

describe("their download", () => {
  const download: Download = {
    url: "https://example.com/crds",
    checksums: [],
    format: { kind: "definitions", ...pinned },
  };
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-definitions-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const serving = (files: Readonly<Record<string, string>>) =>
    createDownloader(async (input) => {
      const text = files[String(input)];
      return text === undefined ? new Response("", { status: 404, statusText: "Not Found" }) : new Response(text);
    });

  test("takes every file and makes one of them", async () => {
    const all = { [`${download.url}/widgets.yaml`]: widgets, [`${download.url}/gadgets.yaml`]: gadgets };
    await (await serving(all).find(download))("some-crds", folder, () => {});
    expect(JSON.parse(readFileSync(join(folder, "some-crds"), "utf8"))).toHaveLength(2);
  });

  test("fails where a file is missing, or another than the pinned one", async () => {
    await expect(serving({}).find(download)).rejects.toThrow(DownloadFailed);
    const other = { [`${download.url}/widgets.yaml`]: widgets, [`${download.url}/gadgets.yaml`]: widgets };
    const fetchFiles = await serving(other).find(download);
    await expect(fetchFiles("some-crds", folder, () => {})).rejects.toThrow(/is pinned/);
  });
});

import { describe, expect, test } from "vitest";
import { z } from "zod";
import { blueprints, findBlueprint, mergeParameters } from "../../../components/workspace/blueprints/index.ts";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { planWorkspace } from "../../../components/workspace/plan.ts";
import { workspaceShape } from "../../../components/workspace/spec.ts";

const all = Object.values(blueprints);

describe.each(all)("the blueprint $name", (blueprint) => {
  test("needs no parameter, and shapes the same of none and of its own defaults", () => {
    const defaults = blueprint.parse({});
    expect(blueprint.shape({})).toEqual(blueprint.shape(defaults));
    expect(workspaceShape.parse(blueprint.shape({}))).toEqual(blueprint.shape({}));
  });

  test("describes every parameter for forms and docs", () => {
    const schema = blueprint.jsonSchema();
    const properties = z.record(z.string(), z.looseObject({ description: z.string().min(10), default: z.unknown() }));
    expect(Object.keys(properties.parse(schema.properties))).toEqual(Object.keys(blueprint.parse({})));
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });

  test("runs as nobody special", () => {
    const { user } = blueprint.shape({});
    expect([user.uid > 0, user.gid > 0]).toEqual([true, true]);
  });

  test("takes its image from the installation, never from a parameter", () => {
    expect(blueprint.shape({}).image).toBe(blueprint.defaultImage);
    expect(blueprint.shape({}, { image: "registry.example.com/x:1" }).image).toBe("registry.example.com/x:1");
    expect(() => blueprint.parse({ image: "evil" })).toThrow(/Unrecognized key/);
  });

  test.each([
    ["unknown", { colour: "red" }],
    ["null", { volumeSize: null }],
    ["number", { volumeSize: 20 }],
    ["unit", { volumeSize: "20GB" }],
    ["negative", { volumeSize: "-1Gi" }],
    ["too small", { volumeSize: "1Mi" }],
    ["too large", { volumeSize: "100Ti" }],
    ["too much memory", { memoryLimit: "1Ti" }],
    ["no CPU", { cpuLimit: "0" }],
    ["a list", []],
    ["a text", "{}"],
    ["nothing", null],
  ])("refuses %s parameters", (_what, parameters) => {
    expect(() => blueprint.parse(parameters)).toThrow(z.ZodError);
  });
});

describe("desktop", () => {
  test("is the desktop of its system's own documents", () => {
    expect(blueprints.desktop?.shape({})).toMatchObject({
      ports: [
        { name: "stream", port: 10005 },
        { name: "agent", port: 8686, internal: true },
      ],
      resources: { requests: { cpu: "2", memory: "4Gi" }, limits: { cpu: "4", memory: "8Gi" } },
      home: { size: "20Gi" },
    });
    expect(blueprints.desktop?.volumeOnDelete).toBe("delete");
  });

  test("refuses a request above its limit, naming both", () => {
    const found = findBlueprint("desktop")?.parameters.safeParse({
      memoryRequest: "16Gi",
      cpuRequest: "4",
      cpuLimit: "2",
    });
    expect(found?.error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
      ["cpuRequest", "must not be above cpuLimit"],
      ["memoryRequest", "must not be above memoryLimit"],
    ]);
  });
});

describe("home", () => {
  test("is the home of its system's own documents", () => {
    expect(blueprints.home?.shape({})).toMatchObject({
      ports: [
        { name: "shell", port: 3000 },
        { name: "gateway", port: 4000 },
        { name: "agent", port: 8686, internal: true },
      ],
      resources: { limits: { cpu: "500m", memory: "256Mi" } },
      readOnlyRootFilesystem: true,
    });
    expect(blueprints.home?.volumeOnDelete).toBe("keep");
  });
});

describe("ide", () => {
  test("is the session of its system's own documents, and keeps its files", () => {
    expect(blueprints.ide?.shape({})).toMatchObject({
      ports: [
        { name: "ide", port: 8080 },
        { name: "agent", port: 8686, internal: true },
      ],
      resources: { limits: { cpu: "1500m", memory: "2Gi" } },
      home: { mountPath: "/workspace", size: "10Gi" },
      readOnlyRootFilesystem: true,
    });
    expect(blueprints.ide?.volumeOnDelete).toBe("keep");
  });

  test("shows its user's programs, and the pod's wall has a gate for them", () => {
    expect(blueprints.ide?.shape({}).previews).toEqual({ from: 3000, to: 9999 });
    const spec = composeWorkspace({ id: "ws-alice", owner: "alice", blueprint: "ide", host: "alice.example.com" });
    expect(planWorkspace(spec).fromRouter?.spec.ingress[0]?.ports).toEqual([
      { protocol: "TCP", port: 8080 },
      { protocol: "TCP", port: 8686 },
      { protocol: "TCP", port: 3000, endPort: 9999 },
    ]);
  });
});

describe("sandbox", () => {
  test("serves the port of its system's own documents, and deletes what programs left", () => {
    expect(blueprints.sandbox?.shape({})).toMatchObject({
      ports: [
        { name: "runner", port: 8000 },
        { name: "agent", port: 8686, internal: true },
      ],
      home: { mountPath: "/workspace", size: "2Gi" },
    });
    expect(blueprints.sandbox?.volumeOnDelete).toBe("delete");
  });

  test("reaches nothing unless it is told to", () => {
    const reaches = (parameters: unknown) => blueprints.sandbox?.shape(parameters).egress;
    expect(reaches({})).toEqual({ internet: false, allow: [] });
    expect(reaches({ network: "none" })).toEqual({ internet: false, allow: [] });
    expect(reaches({ network: "internet" })).toEqual({ internet: true, allow: [] });
    expect(() => reaches({ network: "lan" })).toThrow(z.ZodError);
  });

  test("leaves programs nothing to write but the volume, so that they cannot fill the node's disk", () => {
    expect(blueprints.sandbox?.shape({})).toMatchObject({ readOnlyRootFilesystem: true, scratch: [] });
  });
});

describe("an order", () => {
  test("tells every wrong parameter at once, with what was found", () => {
    const order = { id: "ws-alice", owner: "alice", blueprint: "desktop", host: "alice.example.com" };
    const parameters = { volumeSize: "2GB", resolution: "wide", cpus: 4 };
    expect(() => composeWorkspace({ ...order, parameters })).toThrow(
      expect.objectContaining({
        name: "UserError",
        mistakes: [
          { option: "parameters.volumeSize", value: "2GB", fix: expect.stringMatching(/Gi/) },
          { option: "parameters.resolution", value: "wide", fix: expect.stringContaining("1920x1080") },
          { option: "parameters.cpus", value: 4, fix: expect.stringContaining("There is no such option") },
        ],
      }),
    );
  });
});

describe("the catalogue", () => {
  test.each(["", "Desktop", "constructor", "__proto__", "toString"])("has no blueprint %j", (name) => {
    expect(findBlueprint(name)).toBeUndefined();
  });

  test("keeps a workspace's own parameters where a change does not name them", () => {
    const blueprint = findBlueprint("desktop");
    if (blueprint === undefined) throw new Error("no desktop");
    const present = blueprint.parse({ volumeSize: "30Gi" });
    expect(mergeParameters(blueprint, present, { cpuLimit: "8" })).toEqual({ ...present, cpuLimit: "8" });
  });
});

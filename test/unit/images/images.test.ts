import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blueprints } from "../../../components/workspace/blueprints/index.ts";
import { contentTag, ignoreRules } from "../../../stacks/content-tag.ts";
import { imageSources } from "../../../stacks/images.ts";
import { inheritedBy, readDockerfile } from "./dockerfile.ts";

const checkout = resolve(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(checkout, path), "utf8");
const sources = imageSources(checkout);

/** A Dockerfile in `images/`, and the image that its last stage makes. */
function imageOf(name: string) {
  const text = read(`images/${name}/Dockerfile`);
  const dockerfile = readDockerfile(text);
  const last = dockerfile.stages.at(-1);
  if (last === undefined) throw new Error(`images/${name}/Dockerfile has no stage`);
  const told = inheritedBy(dockerfile, last);
  const saying = (keyword: string) => told.filter((one) => one.keyword === keyword).map((one) => one.text);
  return { text, dockerfile, saying, ports: saying("EXPOSE").flatMap((ports) => ports.split(/\s+/)) };
}

/** A base with its arguments, and the arguments of those. */
function resolved(text: string, args: Readonly<Record<string, string>>): string {
  const next = text.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? `no ARG ${arg}`);
  return next === text ? text : resolved(next, args);
}

describe.each(sources.map(({ name }) => name))("the image %s", (name) => {
  const { text, dockerfile, saying, ports } = imageOf(name);

  test("runs as a numeric user that is not root, so that Kubernetes can see it", () => {
    expect(saying("USER").at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test("has a health check", () => {
    expect(saying("HEALTHCHECK").at(-1)).toMatch(/CMD \[/);
  });

  test("has a bill of materials", () => {
    expect([...saying("RUN"), ...saying("COPY")].join(" ")).toContain("/opt/berth/sbom.spdx.json");
  });

  test("is made of named versions, and of nothing that a plain download brings", () => {
    const stages = dockerfile.stages.map((stage) => stage.name);
    const bases = dockerfile.stages
      .map(({ base }) => resolved(base, dockerfile.args))
      .filter((base) => !stages.includes(base));
    for (const base of bases)
      expect(base).toMatch(/^[a-z][a-z0-9./-]*:[\w.-]*(bookworm|\d\.\d)[\w.-]*(@sha256:[0-9a-f]{64})?$/);
    expect(text).not.toMatch(/:latest\b|\bADD\b/);
  });

  test("has more than one stage: what builds it does not stay in it", () => {
    expect(dockerfile.stages.length).toBeGreaterThan(1);
  });

  test("has a README that names every port", () => {
    const readme = read(`images/${name}/README.md`);
    expect(ports.filter((port) => !readme.includes(port))).toEqual([]);
    expect(ports).not.toEqual([]);
  });
});

describe.each(sources.map(({ name }) => name).filter((name) => Object.hasOwn(blueprints, name)))(
  "the workspace image %s",
  (name) => {
    const { saying, dockerfile, ports } = imageOf(name);

    test("says what it is", () => {
      const labels = saying("LABEL").join(" ");
      for (const key of ["title", "description", "licenses", "vendor"]) {
        expect(labels).toMatch(new RegExp(`org\\.opencontainers\\.image\\.${key}="[^"]+"`));
      }
    });

    test("begins with the agent, which starts its own program", () => {
      expect(saying("ENTRYPOINT").at(-1)).toBe('["/opt/berth/agent/berth-agent"]');
      expect(saying("CMD").at(-1)).toMatch(/^\["\/[^"]+"/);
      expect(saying("HEALTHCHECK").at(-1)).toContain('"/opt/berth/agent/berth-agent", "--check"');
    });

    test("stands on bases that a build can replace by its own", () => {
      expect(Object.keys(dockerfile.args)).toContain("DEBIAN_IMAGE");
    });

    test("opens the ports of its blueprint", () => {
      const shape = blueprints[name]?.shape({});
      expect(ports.map(Number)).toEqual(expect.arrayContaining(shape?.ports.map(({ port }) => port) ?? []));
    });

    test("runs as the user of its blueprint", () => {
      const { uid, gid } = blueprints[name]?.shape({}).user ?? {};
      expect(saying("USER").at(-1)).toBe(`${uid}:${gid}`);
    });

    test("keeps its tests in a stage of their own", () => {
      const tested = dockerfile.stages.find((stage) => stage.name === "test");
      expect(tested?.base).toBe(dockerfile.stages.at(-1)?.base);
      expect(saying("COPY").filter((copied) => /(^|\/)test(\/|\s|$)/.test(copied))).toEqual([]);
    });

    test("is built of its own folder and what images share, and of nothing else", () => {
      const { isIgnored } = ignoreRules(read(`images/${name}/Dockerfile.dockerignore`));
      const others = sources.map((source) => source.name).filter((other) => other !== name);
      expect(others.filter((other) => !isIgnored(`${other}/Dockerfile`))).toEqual([]);
      expect(isIgnored(`${name}/README.md`)).toBe(true);
      const copied = saying("COPY").filter((one) => !one.includes("--from="));
      const paths = copied.flatMap((one) =>
        one
          .split(/\s+/)
          .filter((word) => !word.startsWith("--"))
          .slice(0, -1),
      );
      expect(paths.filter((path) => isIgnored(path))).toEqual([]);
      expect(paths.filter((path) => !existsSync(join(checkout, "images", path)))).toEqual([]);
    });
  },
);

describe("the images", () => {
  test("of workspaces are built of the folder that has the agent, the provisioner's of the checkout", () => {
    for (const { name, context, dockerfile } of sources) {
      expect({ context, dockerfile }).toEqual({
        context: name === "provisioner" ? "." : "images",
        dockerfile: `images/${name}/Dockerfile`,
      });
    }
  });
});

describe("the content tag of an image", () => {
  let folder: string;
  const tagOf = (name: string) => contentTag(folder, { dockerfile: join(folder, name, "Dockerfile") });
  const tags = () => ({ home: tagOf("home"), sandbox: tagOf("sandbox") });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-images-"));
    cpSync(join(checkout, "images"), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is its own: a change of one image builds no other", () => {
    const before = tags();
    appendFileSync(join(folder, "sandbox/berth_sandbox/limits.py"), "# changed");
    expect(tags()).toEqual({ home: before.home, sandbox: expect.not.stringMatching(before.sandbox) });
  });

  test("changes with what all share", () => {
    const before = tags();
    appendFileSync(join(folder, "agent/berth_agent/main.py"), "# changed");
    const after = tags();
    expect([after.home === before.home, after.sandbox === before.sandbox]).toEqual([false, false]);
  });

  test("does not change with what is written about it, or what Python leaves behind", () => {
    const before = tags();
    appendFileSync(join(folder, "sandbox/README.md"), "changed");
    mkdirSync(join(folder, "agent/berth_agent/__pycache__"), { recursive: true });
    appendFileSync(join(folder, "agent/berth_agent/__pycache__/main.cpython-311.pyc"), "changed");
    expect(tags()).toEqual(before);
  });
});

describe("reading a Dockerfile", () => {
  const found = readDockerfile(
    "ARG A=b:1\n# FROM no\nFROM $A AS one\nRUN a \\\n # not said\n && b\nuser 1:1\n\nFROM one AS two\nUSER 2:2\nFROM one\n",
  );

  test("joins lines, leaves out comments, and parts stages", () => {
    expect(found.args).toEqual({ A: "b:1" });
    expect(found.stages.map(({ name, base }) => [name, base])).toEqual([
      ["one", "$A"],
      ["two", "one"],
      [undefined, "one"],
    ]);
    expect(found.stages[0]?.instructions).toEqual([
      { keyword: "RUN", text: "a   && b" },
      { keyword: "USER", text: "1:1" },
    ]);
  });

  test("knows what a stage has of those that it stands on", () => {
    const users = found.stages.map((stage) =>
      inheritedBy(found, stage)
        .filter(({ keyword }) => keyword === "USER")
        .map(({ text }) => text),
    );
    expect(users).toEqual([["1:1"], ["1:1", "2:2"], ["1:1"]]);
  });
});

import { describe, expect, test } from "vitest";
import { parseOrExplain } from "../../../components/core/parse.ts";
import { imageReferenceProblem, lifecycleRules } from "../../../components/registry/plan.ts";
import { imageReference, parseImageBuildSpec, parseRegistrySpec } from "../../../components/registry/spec.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const ecr = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";

describe("a registry", () => {
  test("keeps a hundred images of each repository, encrypted and protected, unless told otherwise", () => {
    expect(parseRegistrySpec({ repositories: ["berth/desktop"] })).toEqual({
      repositories: ["berth/desktop"],
      encryption: "kms",
      keepTagged: 100,
      untaggedDays: 7,
      protect: true,
    });
  });

  test("throws away what has no tag, then all but the newest", () => {
    expect(lifecycleRules({ keepTagged: 30, untaggedDays: 3 })).toEqual({
      rules: [
        {
          rulePriority: 1,
          description: "What lost its tag or never had one",
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 3 },
          action: { type: "expire" },
        },
        {
          rulePriority: 2,
          description: "All but the newest",
          selection: { tagStatus: "tagged", tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: 30 },
          action: { type: "expire" },
        },
      ],
    });
  });

  test.each<[object, string]>([
    [{ repositories: [] }, "spec.repositories: found []. Must name at least one repository."],
    [
      { repositories: ["Berth/Desktop"] },
      'spec.repositories[0]: found "Berth/Desktop". Must be 2 to 256 of a-z and 0-9, parted by single . _ - or /: berth/desktop.',
    ],
    [{ repositories: ["a//b"] }, 'spec.repositories[0]: found "a//b".'],
    [{ repositories: ["aa", "aa"] }, 'spec.repositories: found ["aa","aa"]. Must name each repository once.'],
    [{ repositories: ["aa"], keepTagged: 0 }, "spec.keepTagged: found 0. Must be from 1 to 1000."],
    [{ repositories: ["aa"], untaggedDays: 400 }, "spec.untaggedDays: found 400. Must be from 1 to 365."],
    [{ repositories: ["aa"], forceDelete: true }, "spec.forceDelete: found true. There is no such option"],
    [{}, "spec.repositories: missing. Write a list."],
  ])("with %j is refused", (spec, message) => {
    expect(() => parseRegistrySpec(spec)).toThrow(message);
  });
});

describe("a build", () => {
  const build = { image: "berth/desktop", context: "images/desktop", dockerfile: "images/desktop/Dockerfile" };

  test("is for amd64 unless told otherwise", () => {
    expect(parseImageBuildSpec({ ...build, tag: "0123456789abcdef" })).toEqual({
      ...build,
      tag: "0123456789abcdef",
      platform: "linux/amd64",
      args: {},
    });
  });

  test("is tagged by its content only", () => {
    expect(() => parseImageBuildSpec({ ...build, tag: "latest" })).toThrow(
      'build.tag: found "latest". Must be a hash of what the image is built of, 12 to 16 hexadecimal digits: use contentTag().',
    );
  });
});

describe("a reference to an image", () => {
  test.each([
    `${ecr}/berth/desktop@${digest}`,
    `${ecr}/berth/desktop:1.2@${digest}`,
    `${ecr}/berth/desktop:0123456789ab`,
    `docker.io/library/nginx@${digest}`,
    `localhost:5000/desktop:0123456789abcdef`,
  ])("may be %s", (reference) => {
    expect(imageReferenceProblem(reference)).toBeNull();
  });

  test.each([
    ["nginx", "must begin with its registry's host: docker.io/library/nginx@sha256:…"],
    [`library/nginx@${digest}`, "must begin with its registry's host"],
    [`${ecr}/Berth@${digest}`, "must have a repository's path in lower case after the registry"],
    [`${ecr}/@${digest}`, "must have a repository's path in lower case after the registry"],
    [`${ecr}/berth/desktop@sha256:0123`, "must end in a whole digest: @sha256: and 64 hexadecimal digits"],
    [
      `${ecr}/berth/desktop`,
      "must name one certain image: end in its digest (@sha256:…) or in a content tag of 12 to 16 hexadecimal digits",
    ],
    [
      `${ecr}/berth/desktop:latest`,
      "must name one certain image: end in its digest (@sha256:…) or in a content tag of 12 to 16 hexadecimal digits, as 'latest' can be moved to another image",
    ],
    [`${ecr}/berth/desktop:a b@${digest}`, "must have a tag of at most 128 letters, digits and . _ -"],
  ])("may not be %s", (reference, problem) => {
    expect(imageReferenceProblem(reference)).toContain(problem);
  });

  test("comes from an allowed registry, if there is a list of them", () => {
    expect(imageReferenceProblem(`${ecr}/berth/desktop@${digest}`, [ecr])).toBeNull();
    expect(() => parseOrExplain(imageReference([ecr, "docker.io"]), `ghcr.io/a/b@${digest}`, "images.desktop")).toThrow(
      `images.desktop: found "ghcr.io/a/b@${digest}". Must come from an allowed registry: ${ecr}, docker.io.`,
    );
  });
});

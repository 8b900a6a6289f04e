import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";

const state = mkdtempSync(join(tmpdir(), "berth-command-"));
afterAll(() => rmSync(state, { recursive: true, force: true, maxRetries: 5 }));

/** `npx pulumi …` as after a fresh clone: nobody is logged in, nothing is set. */
async function pulumi(...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const clean = Object.entries(process.env).filter(([name]) => !/^(PULUMI|BERTH_(CLOUD|STATE|STAND))/.test(name));
  return promisify(execFile)(process.execPath, [join(checkout, "toolchain", "pulumi", "bin.mjs"), ...args], {
    cwd: checkout,
    env: { ...Object.fromEntries(clean), BERTH_STATE: state, BERTH_CLOUD: "stand-in" },
  });
}

test("a stack of the checkout is made when it is first named, and the checkout stays as it is", async () => {
  const file = join(checkout, "Pulumi.local.yaml");
  const before = readFileSync(file, "utf8");

  const first = await pulumi("config", "-s", "local");
  expect(first.stdout).toMatch(/^installation +local$/m);
  expect(first.stderr).toContain(`Made the stack local; its state is kept in ${join(state, "pulumi")}.`);

  const second = await pulumi("refresh", "-s", "local", "--yes", "--non-interactive");
  expect(second.stderr).not.toContain("Made the stack");
  expect(second.stderr).toContain(
    `AWS, EKS, awsx, Cloudflare and Docker are stand-ins here: nothing real is made. Their cloud: ${join(state, "stand-in-cloud")}`,
  );

  const copy = readFileSync(join(state, "stacks", "Pulumi.local.yaml"), "utf8");
  expect(copy).toMatch(/^encryptionsalt: v1:/);
  expect(copy).toContain(before);
  expect(readFileSync(file, "utf8")).toBe(before);
  expect((await pulumi("stack", "ls", "--json")).stdout).toContain('"name": "local"');
});

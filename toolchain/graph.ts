/**
 * `npm run graph [-- --stack prod] [--out file.svg]`: draws what a stack's program makes, from the engine's preview of
 * it on the stand-ins, from nothing: the same wherever somebody is logged in, and whatever they have made already.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { SetupError } from "./errors.ts";
import { platformPicture } from "./graph/picture.ts";
import { summarize } from "./graph/summary.ts";
import { checkout } from "./paths.ts";
import { createTerminal } from "./terminal.ts";

const preview = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      newState: z
        .object({
          urn: z.string(),
          type: z.string(),
          parent: z.string().optional(),
          dependencies: z.array(z.string()).optional(),
          protect: z.boolean().optional(),
        })
        .optional(),
    }),
  ),
});

const { values } = parseArgs({ options: { stack: { type: "string", default: "prod" }, out: { type: "string" } } });
const out = values.out ?? join(checkout, "docs", "images", `platform-${values.stack}.svg`);
const terminal = createTerminal();

try {
  const resources = await terminal.step(`Preview ${values.stack}`, async () => {
    const { steps } = preview.parse(JSON.parse(await previewJson(values.stack)));
    return steps.flatMap(({ newState }) => (newState === undefined ? [] : [newState]));
  });
  const summary = summarize(resources);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, await platformPicture(`What \`pulumi up -s ${values.stack}\` makes`, summary));
  terminal.line(
    `${resources.length} resources in ${summary.parts.length} components: ${relative(process.cwd(), out) || out}`,
  );
} catch (error) {
  const text = error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.line(terminal.colors.red(text ?? "It failed."));
  process.exitCode = 1;
}

async function previewJson(stack: string): Promise<string> {
  const pulumi = join(checkout, "toolchain", "pulumi", "bin.mjs");
  const args = [pulumi, "preview", "--stack", stack, "--json", "--non-interactive"];
  const state = await mkdtemp(join(tmpdir(), "berth-graph-"));
  const { PULUMI_HOME: _, ...inherited } = process.env;
  const elsewhere = { PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "", BERTH_STAND_IN_KUBECONFIG: "" };
  const env = { ...inherited, ...elsewhere, BERTH_CLOUD: "stand-in", BERTH_STATE: state };
  try {
    const options = { cwd: checkout, env, maxBuffer: 256 * 2 ** 20 };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return stdout;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const said =
      "stderr" in error && "stdout" in error ? `${String(error.stderr)}\n${String(error.stdout)}` : error.message;
    throw new SetupError(`The preview of ${stack} failed:\n${said.trim().slice(-4000)}`);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

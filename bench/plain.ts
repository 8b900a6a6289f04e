/**
 * The plain way to provision a workspace, for comparison: the Automation API as its documentation shows it, with the
 * same program and `skipAwait`. Run in a process of its own by the benchmark (`node bench/plain.ts`), as a service
 * that does nothing else would be; it reads one order a line from its input and writes one result a line.
 */
import { mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { createInterface } from "node:readline";
import * as automation from "@pulumi/pulumi/automation/index.js";
import type { WorkspaceSpec } from "../components/workspace/spec.ts";
import { workspaceProgram } from "../stacks/workspace.ts";

export interface PlainOptions {
  /** Path of the Pulumi CLI. */
  readonly pulumi: string;
  readonly backend: string;
  readonly passphrase: string;
  readonly kubeconfig: string;
  /** Folder for Pulumi's home. */
  readonly home: string;
  readonly project?: string;
  /** Folder of a policy pack that judges what an `up` does. @default none */
  readonly policyPack?: string;
}

async function stackOf(stack: string, spec: WorkspaceSpec | undefined, options: PlainOptions) {
  return await automation.LocalWorkspace.createOrSelectStack(
    {
      stackName: stack,
      projectName: options.project ?? "berth-plain",
      program: async () => {
        if (spec !== undefined) workspaceProgram(spec);
      },
    },
    {
      pulumiHome: options.home,
      envVars: {
        PULUMI_BACKEND_URL: options.backend,
        PULUMI_CONFIG_PASSPHRASE: options.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        KUBECONFIG: options.kubeconfig,
      },
    },
  );
}

/** Creates or updates a workspace's stack; resolves when the objects are accepted. */
export async function plainDeploy(stack: string, spec: WorkspaceSpec, options: PlainOptions): Promise<void> {
  mkdirSync(options.home, { recursive: true });
  const selected = await stackOf(stack, spec, options);
  await selected.up(options.policyPack === undefined ? {} : { policyPacks: [options.policyPack] });
}

/** Destroys a workspace's stack and removes it. */
export async function plainDestroy(stack: string, options: PlainOptions): Promise<void> {
  const selected = await stackOf(stack, undefined, options);
  await selected.destroy();
  await selected.workspace.removeStack(stack);
}

export interface PlainOrder {
  readonly id: number;
  readonly stack: string;
  /** None: destroy it. */
  readonly spec?: WorkspaceSpec;
}
export interface PlainResult {
  readonly id: number;
  readonly milliseconds: number;
  readonly error?: string;
}

/** Answers orders until its input ends; `PLAIN_OPTIONS` holds the options as JSON. */
async function serve(): Promise<void> {
  const options: PlainOptions = JSON.parse(process.env.PLAIN_OPTIONS ?? "{}");
  // Where the Automation API looks for the CLI.
  process.env.PATH = [dirname(options.pulumi), process.env.PATH].join(delimiter);
  const pending: Promise<void>[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const order: PlainOrder = JSON.parse(line);
    pending.push(
      (async () => {
        const start = performance.now();
        const failure = await (order.spec === undefined
          ? plainDestroy(order.stack, options)
          : plainDeploy(order.stack, order.spec, options)
        ).then(
          () => undefined,
          (error: unknown) => String(error),
        );
        const result: PlainResult = {
          id: order.id,
          milliseconds: performance.now() - start,
          ...(failure === undefined ? {} : { error: failure }),
        };
        process.stdout.write(`${JSON.stringify(result)}\n`);
      })(),
    );
  }
  await Promise.all(pending);
}

if (import.meta.main) await serve();

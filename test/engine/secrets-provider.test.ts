import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../provisioner/engine/create-engine.ts";
import type { Engine } from "../../provisioner/engine/engine.ts";
import { createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** A KMS that answers as AWS' does, and writes down what it was asked. Its encryption is none. */
async function startKms() {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const action = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    const body: { KeyId?: string; Plaintext?: string; CiphertextBlob?: string } = JSON.parse(text);
    // What was encrypted says by itself which key it was.
    asked.push(
      `${action} ${body.KeyId ?? "(its own)"} ${/Credential=(\w+)\//.exec(request.headers.authorization ?? "")?.[1]}`,
    );
    response.setHeader("content-type", "application/x-amz-json-1.1");
    const sealed = (plain: string) => Buffer.from(`sealed:${plain}`).toString("base64");
    const opened = (blob: string) =>
      Buffer.from(blob, "base64")
        .toString()
        .replace(/^sealed:/, "");
    response.end(
      JSON.stringify({
        KeyId: keyArn,
        EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        ...(body.Plaintext === undefined ? {} : { CiphertextBlob: sealed(body.Plaintext) }),
        ...(body.CiphertextBlob === undefined ? {} : { Plaintext: opened(body.CiphertextBlob) }),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    asked,
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe("A stack whose secrets a key of AWS encrypts", () => {
  let kms: Awaited<ReturnType<typeof startKms>>;
  let test: TestEngine;
  beforeAll(async () => {
    kms = await startKms();
    test = await createTestEngine({
      passphrase: undefined,
      secretsProvider: `awskms:///${keyArn}?region=eu-central-1`,
      environment: {
        AWS_ENDPOINT_URL_KMS: kms.url,
        AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "hush-hush-hush",
      },
    });
  });
  afterAll(async () => {
    await test?.dispose();
    await kms?.close();
  });

  const run = (engine: Engine, stack: string, more: object = {}) => {
    const messages: string[] = [];
    const onEvent = ({ message }: { message: string }) => messages.push(message);
    const lease = newName("op");
    return engine
      .deploy({ stack, spec: specFor(stack), lease, deadline: 60_000, onEvent, ...more })
      .then(() => messages.sort());
  };
  const providerOf = async (stack: string): Promise<unknown> => {
    const file = join(test.state, ".pulumi", "stacks", "berth", `${stack}.json`);
    const { checkpoint }: { checkpoint: { latest: { secrets_providers: unknown } } } = JSON.parse(
      await readFile(file, "utf8"),
    );
    return checkpoint.latest.secrets_providers;
  };

  it("keeps its data key in its state: what comes later needs no passphrase and no file beside it", async () => {
    const stack = newName("ws");
    expect(await run(test.engine, stack)).toEqual([
      "created Stash agent",
      "created Stash stream",
      "created Workspace workspace",
    ]);
    const made = await providerOf(stack);
    expect(made).toEqual({
      type: "cloud",
      state: { url: test.options.secretsProvider, encryptedkey: expect.any(String) },
    });
    expect(await run(test.engine, stack)).toEqual([]);
    expect(await run(test.engine, stack, { spec: { ...specFor(stack), owner: "bob" } })).toEqual([
      "updated Stash agent",
      "updated Stash stream",
    ]);
    expect(await run(test.engine, stack, { repair: true })).toContain("updated Stash stream");
    expect(await providerOf(stack)).toEqual(made);
    expect(new Set(kms.asked)).toEqual(new Set([`Encrypt ${keyArn} AKIDEXAMPLE`, "Decrypt (its own) AKIDEXAMPLE"]));
    await test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    expect(await test.stateFiles()).toEqual([]);
  });

  it("stays as it was made when the engine's own choice changes", async () => {
    const stack = newName("ws");
    const { secretsProvider, ...options } = test.options;
    const before = createEngine({
      ...options,
      workFolder: `${options.workFolder}-before`,
      passphrase: "only for tests",
      store: "commands",
    });
    try {
      await run(before, stack);
    } finally {
      await before.close();
    }
    expect(await providerOf(stack)).toMatchObject({ type: "passphrase" });
    const after = createEngine({
      ...test.options,
      workFolder: `${options.workFolder}-after`,
      passphrase: "only for tests",
    });
    try {
      expect(await run(after, stack)).toEqual([]);
      expect(await providerOf(stack)).toMatchObject({ type: "passphrase" });
      await after.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    } finally {
      await after.close();
    }
  });
});

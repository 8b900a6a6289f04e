import { Writable } from "node:stream";
import { DrizzleQueryError } from "drizzle-orm";
import { expect, test } from "vitest";
import { createLog } from "../../provisioner/log.ts";

function logged(error: unknown): string {
  let text = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  createLog("info", sink).warn({ err: error }, "It failed");
  return text;
}

test("a statement that failed is logged with the database's words, and without its values", () => {
  const words = { code: "23505", detail: "Key (path)=(/?secret=of-the-query) already exists." };
  const cause = Object.assign(new Error("duplicate key value"), words);
  const values = ["/?secret=of-the-query", "a\n    at secret=of-the-line"];
  const text = logged(new DrizzleQueryError("insert into codes values ($1, $2)", values, cause));
  expect(text).not.toContain("secret");
  const { err } = JSON.parse(text);
  expect(err).toMatchObject({
    type: "DrizzleQueryError",
    message: "duplicate key value",
    code: "23505",
    query: "insert into codes values ($1, $2)",
    stack: expect.stringMatching(/^\s+at .*log\.test\.ts/),
  });
});

test("any other error is logged as it is, with what caused it", () => {
  const { err } = JSON.parse(logged(new Error("outer", { cause: new Error("inner") })));
  expect(err).toMatchObject({ type: "Error", message: "outer: inner", stack: expect.stringContaining("log.test.ts") });
});

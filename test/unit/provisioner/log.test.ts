import { Writable } from "node:stream";
import { DrizzleQueryError } from "drizzle-orm";
import { expect, test } from "vitest";
import { createLog } from "../../../provisioner/log.ts";

/** The lines that logging something makes. */
function linesOf(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  const into = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  write(createLog("info", into));
  return text;
}

test("of an error only what tells what happened is logged: a database's has its connection on it, with the keys", () => {
  const cause = Object.assign(new Error("connection refused"), { client: { secretKey: 4711 } });
  const error = Object.assign(new Error("no answer", { cause }), { code: "57P01", client: { secretKey: 4712 } });
  const line = linesOf((log) => log.warn({ err: error }, "It broke"));
  expect(JSON.parse(line)).toMatchObject({
    msg: "It broke",
    err: { type: "Error", message: "no answer", code: "57P01", cause: { message: "connection refused" } },
  });
  expect(line).not.toMatch(/471[12]|secretKey/);
});

test("of several errors in one, each is told", () => {
  const several = new AggregateError([
    Object.assign(new Error("connect ECONNREFUSED ::1:5432"), { code: "ECONNREFUSED", client: { secretKey: 4711 } }),
    new Error("connect ECONNREFUSED 127.0.0.1:5432"),
  ]);
  const line = linesOf((log) => log.warn({ err: several }, "Nobody there"));
  expect(JSON.parse(line).err.errors).toMatchObject([
    { message: "connect ECONNREFUSED ::1:5432", code: "ECONNREFUSED" },
    { message: "connect ECONNREFUSED 127.0.0.1:5432" },
  ]);
  expect(line).not.toContain("4711");
});

test("what is thrown and is no error is told as it is", () => {
  expect(JSON.parse(linesOf((log) => log.warn({ err: "plain words" }, "It broke")))).toMatchObject({
    err: "plain words",
  });
});

test("a statement that failed is told with the database's words, and without its values, whatever it caused", () => {
  const words = { code: "23505", detail: "Key (path)=(/?secret=of-the-query) already exists." };
  const cause = Object.assign(new Error("duplicate key value"), words);
  const values = ["/?secret=of-the-query", "a\n    at secret=of-the-line"];
  const failed = new DrizzleQueryError("insert into codes values ($1, $2)", values, cause);
  const told = {
    type: "DrizzleQueryError",
    message: "A statement failed.",
    query: "insert into codes values ($1, $2)",
    stack: expect.stringMatching(/^\s+at .*log\.test\.ts/),
    cause: { message: "duplicate key value", code: "23505" },
  };
  for (const [error, expected] of [
    [failed, told],
    [new Error("not opened", { cause: failed }), { message: "not opened", cause: told }],
  ] as const) {
    const line = linesOf((log) => log.warn({ err: error }, "It broke"));
    expect(JSON.parse(line).err).toMatchObject(expected);
    expect(line).not.toContain("secret");
  }
});

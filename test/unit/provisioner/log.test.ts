import { Writable } from "node:stream";
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
    err: { type: "Error", message: "no answer: connection refused", code: "57P01" },
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

import { expect, test } from "vitest";
import { checkReadiness } from "../../provisioner/readiness.ts";

const reason = "It does not answer.";

test("what answers is ready; what refuses, throws or is late is not, with our own words", async () => {
  const answers = await checkReadiness(
    [
      { name: "well", reason, look: async () => "fine" },
      { name: "refusing", reason, look: async () => Promise.reject(new Error("password=hunter2")) },
      {
        name: "throwing",
        reason,
        look: () => {
          throw new TypeError("not a function");
        },
      },
      { name: "silent", reason, look: () => new Promise(() => undefined) },
    ],
    { patience: 20 },
  );
  expect(answers).toEqual({
    well: { ok: true },
    refusing: { ok: false, reason },
    throwing: { ok: false, reason },
    silent: { ok: false, reason },
  });
});

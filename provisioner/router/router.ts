import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { ApiProblem, problemResponse } from "../api/problems.ts";

/** What browsers reach below the workspaces' domain. There is no way in yet: every request is refused. */
export function createRouter() {
  const app = new Hono();
  app.all("*", () => {
    const refusal = new ApiProblem("unavailable", "There is no way in to workspaces yet.", {
      headers: { "retry-after": "300" },
    });
    return problemResponse(refusal, randomUUID(), false);
  });
  return app;
}

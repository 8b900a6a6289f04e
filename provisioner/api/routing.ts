import type { Hono } from "hono";
import type { ApiEnv } from "./context.ts";
import { ApiProblem } from "./problems.ts";

/** Answers what no route answered: 405 with `Allow` where the path has other methods, else 404. */
export function createNotFound(app: Hono<ApiEnv>) {
  let known: readonly { readonly method: string; readonly pattern: RegExp }[] | undefined;
  return (path: string, method: string): ApiProblem => {
    known ??= app.routes
      .filter(({ method }) => method !== "ALL")
      .map((route) => ({ method: route.method, pattern: toPattern(route.path) }));
    const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).map((route) => route.method));
    if (methods.size === 0) return new ApiProblem("not-found", "There is no such path: see /openapi.json.");
    if (methods.has("GET")) methods.add("HEAD");
    const allowed = [...methods].sort().join(", ");
    return new ApiProblem("method-not-allowed", `This path has ${allowed}.`, {
      headers: { allow: allowed },
      errors: [{ field: "(method)", value: method.slice(0, 20), fix: `must be one of ${allowed}` }],
    });
  };
}

function toPattern(path: string): RegExp {
  const parts = path
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.join("/")}$`);
}

import { z } from "zod";
import { UserError } from "../../components/core/errors.ts";
import { type Blueprint, blueprints, findBlueprint } from "../../components/workspace/blueprints/index.ts";
import { RequestError } from "./service.ts";

export function notFound(what: "workspace" | "operation" | "volume", id: string): RequestError {
  return new RequestError("not-found", `There is no ${what} ${id}.`);
}

/** A value of the request that cannot be, where one field is to blame. */
export function invalid(name: string, value: unknown, fix: string): RequestError {
  return new RequestError("invalid", `${name}: ${fix}`, { name, value, fix });
}

/** What does not fit the present state, where one field is to blame. */
export function conflicting(name: string, value: unknown, message: string, fix: string): RequestError {
  return new RequestError("conflict", message, { name, value, fix });
}

/** The blueprint that a request names. */
export function blueprintNamed(name: string): Blueprint {
  const blueprint = findBlueprint(name);
  if (blueprint !== undefined) return blueprint;
  throw invalid("blueprint", name, `Choose one of: ${Object.keys(blueprints).join(", ")}.`);
}

/** Runs what checks parameters: what they get wrong becomes a `RequestError` that names the field. */
export function checkingParameters<T>(parameters: unknown, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      if (issue === undefined) throw error;
      const path = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
      const fix = issue.code === "unrecognized_keys" ? "is not known here: leave it out" : issue.message;
      throw invalid(["parameters", ...path.map(String)].join("."), valueAt(parameters, path), fix);
    }
    if (error instanceof UserError) {
      const [mistake] = error.mistakes;
      if (mistake === undefined) throw error;
      throw invalid(`parameters.${mistake.option.replace(/^parameters\./, "")}`, mistake.value, mistake.fix);
    }
    throw error;
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? Object.entries(at).find(([name]) => name === String(key))?.[1]
        : undefined,
    value,
  );
}

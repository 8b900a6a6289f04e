import { z } from "zod";

/** What is said about a variable, in the docs and when its value is wrong. */
export interface VariableInfo {
  readonly group:
    | "Listening"
    | "Workspaces"
    | "Router"
    | "Costs"
    | "Sign-up and existing systems"
    | "Places"
    | "Engine"
    | "Process";
  /** What it is for, as one sentence. */
  readonly about: string;
  /** What to write, as one sentence. */
  readonly fix: string;
  /** What holds when it is not set, where that is no plain default. */
  readonly otherwise?: string;
  /** Its value is never shown. */
  readonly secret?: true;
}

export const variableInfos = z.registry<VariableInfo>();

/** A variable with what is said about it. */
export function variable<Schema extends z.ZodType>(schema: Schema, info: VariableInfo): Schema {
  variableInfos.add(schema, info);
  return schema;
}

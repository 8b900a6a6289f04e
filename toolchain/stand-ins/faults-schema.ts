import { z } from "zod";
import type { Fault } from "./faults.ts";

const schema = z.array(
  z.strictObject({
    operation: z.enum(["create", "update", "delete", "read"]),
    type: z.string().regex(/^\w+:\w+\/\w+:\w+$/, "must be a type token such as aws:ec2/vpc:Vpc"),
    name: z.string().optional(),
    times: z.int().nonnegative().optional(),
    message: z.string().optional(),
    delayMs: z.int().nonnegative().optional(),
    when: z.enum(["before", "after", "partly"]).optional(),
  }),
);

/** Apart from the rest, as only clouds with faults need the parser. */
export function parseFaults(text: string, file: string): Fault[] {
  const { success, data, error } = schema.safeParse(JSON.parse(text));
  if (!success) throw new Error(`${file} is wrong:\n${z.prettifyError(error)}`);
  return data;
}

import { z } from "zod";

/** Which classes keep what users have, as settings of each rule about them. */
export const workspaceClasses = {
  classes: z
    .array(z.string())
    .default(["*-workspace"])
    .describe("Names of the storage classes of workspaces' volumes; `*` stands for any characters"),
};

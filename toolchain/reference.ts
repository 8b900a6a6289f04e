import { relative } from "node:path";
import { checkout } from "./paths.ts";
import { generateReference, referenceFolder, writeReference } from "./reference/generate.ts";
import { createTerminal } from "./terminal.ts";

const files = await generateReference();
await writeReference(files);
createTerminal().info(`${files.size} pages in ${relative(checkout, referenceFolder)}/`);

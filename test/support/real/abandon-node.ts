/** Makes a real node, says so, and waits to be killed. */
import { createRealNode, type RealNodeOptions } from "../../../toolchain/real-node/node.ts";

const options: RealNodeOptions = JSON.parse(process.argv[2] ?? "");
await createRealNode(options);
process.stdout.write("made\n");
setInterval(() => {}, 60_000);

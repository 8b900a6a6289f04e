import { messageOf, SetupError } from "../errors.ts";
import { ensurePulumi, pulumiEnvironment } from "../pulumi-home.ts";
import { createTerminal } from "../terminal.ts";

// Prints what bin.mjs needs to run the CLI.
try {
  const pulumi = await ensurePulumi(createTerminal());
  process.stdout.write(JSON.stringify({ command: pulumi.command, environment: pulumiEnvironment(pulumi) }));
} catch (error) {
  process.stderr.write(
    `${error instanceof SetupError ? error.message : (error instanceof Error && error.stack) || messageOf(error)}\n`,
  );
  process.exitCode = 1;
}

import { messageOf, SetupError } from "../errors.ts";
import { ensurePulumi, pulumiEnvironment } from "../pulumi-home.ts";
import { createTerminal } from "../terminal.ts";
import { deploys, readCommandLine } from "./arguments.ts";
import { chooseCloud, cloudNotice, placeCloud } from "./cloud.ts";
import { type Run, usesOwnState, withOwnState } from "./own-state.ts";

// Prints what bin.mjs needs to run the CLI with the arguments that this was given.
try {
  const args = process.argv.slice(2);
  const line = readCommandLine(args);
  const terminal = createTerminal();
  const pulumi = await ensurePulumi(terminal);
  const cloud = chooseCloud(pulumi);
  const pluginPath = [...pulumi.pluginPath, ...placeCloud(cloud, pulumi.home)];
  let run: Run = { arguments: args, environment: pulumiEnvironment({ ...pulumi, pluginPath }) };
  if (cloud === "stand-in") {
    if (deploys(line.command)) terminal.info(cloudNotice());
    if (usesOwnState(line, run.environment, process.cwd())) {
      run = await withOwnState(line, run, pulumi.command, (text) => terminal.info(text));
    }
  }
  process.stdout.write(JSON.stringify({ command: pulumi.command, ...run }));
} catch (error) {
  process.stderr.write(
    `${error instanceof SetupError ? error.message : (error instanceof Error && error.stack) || messageOf(error)}\n`,
  );
  process.exitCode = 1;
}

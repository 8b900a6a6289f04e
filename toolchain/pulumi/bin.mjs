#!/usr/bin/env node
// `npx pulumi …` in this checkout: the Pulumi CLI of Berth's set-up, with its plugins found. It runs under whatever
// Node is there and hands over to the checkout's own.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const node = resolve(folder, "..", "..", "node_modules", ".bin", "node");
if (!existsSync(node)) {
  console.error("Berth's packages are not installed: run `npm ci` in the checkout first.");
  process.exit(1);
}

// Its progress goes to stderr, so that stdout is the CLI's alone.
const locate = [join(folder, "locate.ts"), ...process.argv.slice(2)];
const found = spawnSync(node, locate, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
if (found.status !== 0) process.exit(found.status ?? 1);
const { command, arguments: args, environment } = JSON.parse(found.stdout);

const child = spawn(command, args, { stdio: "inherit", env: environment });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the CLI too; a second one would make it give up without cleaning up.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`${command} cannot be run: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));

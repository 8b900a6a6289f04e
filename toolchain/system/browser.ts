import { type Browser, chromium } from "playwright-core";
import { ensureSystemPrograms, type SystemProgram } from "./programs.ts";

/** The browser that tests and benchmarks look with: Debian's Chromium, without the script around it. */
const chromiumProgram: SystemProgram = {
  program: "chromium",
  package: "chromium",
  with: ["fonts-dejavu-core"],
  folders: ["/usr/lib/chromium"],
};

/** Starts a Chromium of Debian's, as a user would have one, without a screen. */
export async function openBrowser(): Promise<Browser> {
  const system = await ensureSystemPrograms([chromiumProgram]);
  return chromium.launch({
    executablePath: system.path(chromiumProgram.program),
    env: { ...process.env, ...system.environment },
    // It may run as root, and reaches for hosts of its maker's by itself.
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
  });
}

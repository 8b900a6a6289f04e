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

/**
 * JavaScript for a page: how many colours its largest canvas shows. A desktop has many, a canvas on which nothing was
 * drawn has one.
 */
export const countColours = `(() => {
  const all = [...document.querySelectorAll("canvas")].sort((a, b) => b.width * b.height - a.width * a.height);
  const [canvas] = all;
  if (!canvas || canvas.width < 2) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4 * 97) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
  return seen.size;
})()`;

/** More colours than this has only what was drawn. */
export const fewColours = 40;

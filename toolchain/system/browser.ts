import type { SystemProgram } from "./programs.ts";

/** The browser that tests and benchmarks look with: Debian's Chromium, without the script around it. */
export const chromiumProgram: SystemProgram = {
  program: "chromium",
  package: "chromium",
  with: ["fonts-dejavu-core"],
  folders: ["/usr/lib/chromium"],
};

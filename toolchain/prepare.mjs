// Runs before `npm start`, `npm test` and the like: installs the packages when they are missing or not those of
// package-lock.json. Plain JavaScript without dependencies, as nothing is installed yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const oldestNode = 20;

/** The packages of the lock file that must be there; an optional one may be for another machine. */
function isComplete(checkout, wanted, installed) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (!path.startsWith("node_modules/")) return true;
    if (entry.link) return existsSync(join(checkout, path));
    const found = installed.packages[path];
    if (!found)
      return Boolean(entry.optional || entry.devOptional || entry.peer || entry.extraneous || isForAnother(entry));
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Whether a package is for another system or processor than this machine's. */
function isForAnother({ os, cpu }) {
  const excludes = (list, own) => Array.isArray(list) && !list.includes(own);
  return excludes(os, process.platform) || excludes(cpu, process.arch);
}

/** Whether the packages in `checkout` are those of its lock file. Quick: reads a stamp, or two files. */
export function isPrepared(checkout) {
  const stamp = stampOf(checkout);
  try {
    if (readFileSync(stamp.file, "utf8") === stamp.hash) return true;
  } catch {
    // There is no stamp: somebody may have run `npm ci` by hand.
  }
  try {
    const wanted = JSON.parse(readFileSync(join(checkout, "package-lock.json"), "utf8"));
    const installed = JSON.parse(readFileSync(join(checkout, "node_modules", ".package-lock.json"), "utf8"));
    if (!isComplete(checkout, wanted, installed)) return false;
    writeFileSync(stamp.file, stamp.hash);
    return true;
  } catch {
    return false;
  }
}

function stampOf(checkout) {
  const hash = createHash("sha256")
    .update(readFileSync(join(checkout, "package-lock.json")))
    .digest("hex");
  return { file: join(checkout, "node_modules", ".berth-prepared"), hash };
}

/** Waits while another process prepares the same checkout; gives the function that lets the next one in. */
function enter(checkout) {
  const key = createHash("sha256").update(checkout).digest("hex").slice(0, 16);
  const file = join(tmpdir(), `berth-prepare-${key}`);
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = readHolder(file);
    if (!isRunning(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) console.error(`Waiting for process ${holder}, which installs the packages.`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

function isRunning(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function install(checkout) {
  const why = existsSync(join(checkout, "node_modules")) ? "are not those of package-lock.json" : "are missing";
  console.error(`The packages ${why}: installing them with npm ci (about half a minute) …`);
  const started = Date.now();
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  // npm started this script, so it can be started again the same way.
  const [command, all] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ["npm", args];
  const { status, error } = spawnSync(command, all, { cwd: checkout, stdio: ["ignore", process.stderr, "inherit"] });
  if (status !== 0) {
    console.error(
      `npm ci failed${error ? `: ${error.message}` : ""}. Its messages are above; can this machine reach an npm registry?`,
    );
    process.exit(1);
  }
  const stamp = stampOf(checkout);
  writeFileSync(stamp.file, stamp.hash);
  console.error(`The packages are installed (${((Date.now() - started) / 1000).toFixed(0)} s).`);
}

function main() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < oldestNode) {
    console.error(
      `Berth needs Node ${oldestNode} or newer to start (it brings its own Node 24); this is ${process.version}.`,
    );
    console.error("Get one from https://nodejs.org or your system's packages.");
    process.exit(1);
  }
  const checkout = resolve(fileURLToPath(import.meta.url), "..", "..");
  if (isPrepared(checkout)) return;
  const leave = enter(checkout);
  try {
    if (!isPrepared(checkout)) install(checkout);
  } finally {
    leave();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

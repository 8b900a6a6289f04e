// Compresses the editor's large scripts while the image is built: node compress.mjs FOLDER
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
const worthwhile = 64 * 1024;
// What a browser asks for; the rest runs in the server.
const asked = ["nls.messages.js", "vs/code/browser/**/*.{js,css}", "vs/workbench/api/worker/*.js"];

for (const name of globSync(asked, { cwd: folder })) {
  const file = join(folder, name);
  if (statSync(file).size < worthwhile) continue;
  const content = readFileSync(file);
  writeFileSync(`${file}.gzip`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
}

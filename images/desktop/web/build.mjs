// Makes the desktop's page of xpra's client as Debian packages it: only the parts that a desktop's one window needs, as
// one small script. The client as it comes loads 2.5 MB in forty requests before it connects.
//
//   node build.mjs XPRA_WWW JQUERY OUT
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [www, jquery, out] = process.argv.slice(2);
const here = import.meta.dirname;

const parts = [
  jquery,
  ...["lib/jquery.ba-throttle-debounce.js", "lib/bencode.js", "lib/zlib.js", "lib/lz4.js"].map(ofXpra),
  join(here, "before.js"),
  ...["Keycodes.js", "Protocol.js", "Window.js", "Utilities.js", "MediaSourceUtil.js", "Client.js"].map(ofXpra),
  join(here, "clipboard.js"),
  join(here, "page.js"),
];

mkdirSync(out, { recursive: true });
// As they are, with their authors' notices, one after the other: they find each other by global names.
writeCompressed("client.js", parts.map((file) => readFileSync(file, "utf8")).join("\n;\n"));
writeCompressed("index.html", readFileSync(join(here, "index.html"), "utf8"));
copyFileSync(join(here, "icon.svg"), join(out, "icon.svg"));

function ofXpra(name) {
  return join(www, "js", name);
}

/** The file, and beside it what xpra's server sends to browsers that take it. */
function writeCompressed(name, content) {
  writeFileSync(join(out, name), content);
  writeFileSync(join(out, `${name}.br`), brotliCompressSync(content));
  writeFileSync(join(out, `${name}.gzip`), gzipSync(content, { level: 9 }));
}

// Starts code-server in this process. Its own command starts a second one only to watch the first, which costs 60 MB and
// half a second: here the agent watches. And what makes the first page slow is done before it is asked for: loading the
// editor's server, and compressing its scripts.
"use strict";

const { createReadStream, existsSync } = require("node:fs");
const http = require("node:http");
const { enableCompileCache } = require("node:module");
const { extname, join, normalize } = require("node:path");

// Filled when the image was built; nothing is written to it here.
enableCompileCache("/opt/berth/ide/compile-cache");
// What its second process is known by: without it the editor's server would take itself for a program of its own.
process.env.CODE_SERVER_PARENT_PID = String(process.pid);

const root = "/opt/berth/code-server/node_modules/code-server";
const { parse, setDefaults } = require(join(root, "out/node/cli"));
const { runCodeServer } = require(join(root, "out/node/main"));
const { wrapper } = require(join(root, "out/node/wrapper"));

const contentTypes = { ".css": "text/css", ".js": "text/javascript", ".json": "application/json" };
const staticPath = /^\/stable-[0-9a-f]+\/static(\/out\/[\w./-]+)$/;

/** Answers with a file that was compressed beforehand, where there is one and the browser takes it. */
function answeredCompressed(request, response) {
  const path = staticPath.exec(request.url ?? "")?.[1];
  if (request.method !== "GET" || path === undefined || normalize(path) !== path) return false;
  const taken = String(request.headers["accept-encoding"]);
  const encoding = ["br", "gzip"].find((name) => new RegExp(`\\b${name}\\b`).test(taken));
  const file = `${join(root, "lib/vscode", path)}.${encoding}`;
  if (encoding === undefined || !existsSync(file)) return false;
  response.writeHead(200, {
    "cache-control": "public, max-age=31536000",
    "content-encoding": encoding,
    "content-type": contentTypes[extname(path)],
    vary: "accept-encoding",
  });
  createReadStream(file).pipe(response);
  return true;
}

async function main() {
  const { dispose, server } = await runCodeServer(await setDefaults(parse(process.argv.slice(2))));
  wrapper.preventExit();
  wrapper.onDispose(() => dispose());

  const [answer] = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request, response) => answeredCompressed(request, response) || answer(request, response));

  const address = server.address();
  const there = typeof address === "string" ? { socketPath: address } : { port: address.port };
  http.get({ ...there, agent: false, path: "/?folder=/workspace", headers: { host: "localhost" } }, (first) =>
    first.resume(),
  );
}

main().catch((error) => {
  console.error(error);
  wrapper.exit(1);
});

// Imports names of the package one after the other, and prints as JSON what each import did beside giving exports. What
// the package imports from elsewhere is imported before: what Pulumi's own packages do is not its doing.
const { others, names } = JSON.parse(process.argv[2]);

const begun = performance.now();
for (const other of others) await import(other);
const othersMs = performance.now() - begun;

let read = [];
process.env = new Proxy(process.env, {
  get: (environment, key) => noteRead(String(key)) ?? environment[key],
  has: (environment, key) => noteRead(String(key)) ?? key in environment,
  ownKeys: (environment) => noteRead("all of it") ?? Reflect.ownKeys(environment),
});
function noteRead(key) {
  if (/node_modules[\\/]berth[\\/]/.test(new Error().stack)) read.push(key);
}

const shared = { globalThis, Object, Array, String, Promise, Map, "Object.prototype": Object.prototype };
const imports = [];
for (const name of names) {
  read = [];
  const before = snapshot();
  const started = performance.now();
  const imported = await import(name);
  const ms = performance.now() - started;
  const after = snapshot();
  const changed = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  imports.push({ name, exports: Object.keys(imported), read, changed, ms });
}
process.stdout.write(JSON.stringify({ othersMs, imports }));

/** What an import must leave as it is. */
function snapshot() {
  return {
    ...Object.fromEntries(Object.entries(shared).map(([key, value]) => [key, Reflect.ownKeys(value).map(String)])),
    "Array.prototype": Reflect.ownKeys(Array.prototype).map(String),
    environment: Object.keys(process.env).map((key) => [key, process.env[key]]),
    listeners: process.eventNames().map((event) => [String(event), process.listenerCount(event)]),
    handles: process.getActiveResourcesInfo(),
    folder: process.cwd(),
  };
}

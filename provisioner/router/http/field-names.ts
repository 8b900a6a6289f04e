import { rememberNames } from "./fields.ts";

/** Fields that decide something about a request, by number: the readers of heads branch on it. */
export const kinds = {
  host: 1,
  connection: 2,
  "content-length": 3,
  "transfer-encoding": 4,
  upgrade: 5,
  expect: 6,
  cookie: 7,
  origin: 8,
  "sec-fetch-site": 9,
  "sec-fetch-mode": 10,
  "sec-fetch-dest": 11,
  "sec-fetch-user": 24,
  accept: 12,
  "x-forwarded-for": 13,
  "service-worker": 14,
  authorization: 15,
  "content-type": 16,
  "sec-websocket-key": 17,
  "sec-websocket-version": 18,
  "set-cookie": 19,
  "content-security-policy": 20,
  "cache-control": 21,
  "clear-site-data": 22,
  "referrer-policy": 23,
} as const;

/** Fields between two neighbours only, and those that are written anew. */
const ofTheHop = ["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer"];
const ours = ["transfer-encoding", "upgrade"];

/** Of a request, beside those. */
const notToWorkspace: ReadonlySet<string> = new Set([
  ...[...ofTheHop, ...ours, "host", "content-length", "http2-settings", "expect", "proxy-authorization"],
  // By which some proxy tells where a request came from, or where it should go: nobody before us is believed.
  ...["forwarded", "forwarded-for", "client-ip", "true-client-ip", "fastly-client-ip", "fly-client-ip", "remote-addr"],
  ...["x-client-ip", "x-cluster-client-ip", "x-real-ip", "x-remote-ip", "x-remote-addr", "x-proxyuser-ip"],
  ...["x-host", "x-http-host-override", "x-rewrite-url", "x-http-method", "x-http-method-override"],
  "x-method-override",
]);
const claimedFamilies = /^(?:x-forwarded(?:-|$)|x-original-|x-envoy-|x-azure-|x-appengine-|x-berth-|cf-|wl-proxy-)/;

/** Of an answer, beside those. */
const notToBrowser: ReadonlySet<string> = new Set([
  ...[...ofTheHop, ...ours, "alt-svc", "x-frame-options", "strict-transport-security", "x-content-type-options"],
  // Caches before us keep nothing: they would hand it to whoever asks.
  ...["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"],
]);

const byName: ReadonlyMap<string, number> = new Map(Object.entries(kinds));

/** What the router knows of a field by its name. */
export const fieldNameOf = rememberNames((lower) => ({
  kind: byName.get(lower) ?? 0,
  // Many programs take `_` for `-`: what is not believed under one name would come in under the other.
  toWorkspace: !lower.includes("_") && !notToWorkspace.has(lower) && !claimedFamilies.test(lower),
  toBrowser: !notToBrowser.has(lower),
}));

import { baseDomain, product } from "./harness.ts";

/** What a row may use: a good session of alice's at her host, and what else an attacker may have. */
export interface Arms {
  /** Cookie of alice's session at her bare host. */
  readonly session: string;
  /** Cookie of mallory's session at his own host. */
  readonly mallory: string;
}

/** A request that must go no further: sent as it is, on a connection of its own. */
export interface Refused {
  readonly name: string;
  readonly send: (arms: Arms) => string;
  /** Status of the answer; 0: none at all. */
  readonly status: number;
}

const host = `alice.${baseDomain}`;
const head = (line: string, ...fields: string[]) => `${[line, ...fields].join("\r\n")}\r\n\r\n`;
const get = (arms: Arms, ...fields: string[]) =>
  head("GET / HTTP/1.1", `Host: ${host}`, `Cookie: ${arms.session}`, ...fields);
const post = (arms: Arms, rest: string, ...fields: string[]) =>
  `${head("POST / HTTP/1.1", `Host: ${host}`, `Cookie: ${arms.session}`, ...fields)}${rest}`;
const at = (name: string, arms: Arms) => head("GET / HTTP/1.1", `Host: ${name}`, `Cookie: ${arms.session}`);
const target = (path: string, arms: Arms) => head(`GET ${path} HTTP/1.1`, `Host: ${host}`, `Cookie: ${arms.session}`);
const smuggled = `GET /smuggled HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const webSocket = (arms: Arms, ...fields: string[]) =>
  get(arms, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key, ...fields);
/** Text as the bytes that a client sends of it, each one character. */
const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const token = `berth_${"a".repeat(16)}_${"b".repeat(52)}`;

/** What must be refused before a workspace hears of it. */
export const refused: readonly Refused[] = [
  // Targets.
  { name: "absolute-form target", send: (a) => target(`http://${host}/`, a), status: 400 },
  {
    name: "absolute-form target of another host",
    send: (a) => target("http://169.254.169.254/latest/", a),
    status: 400,
  },
  { name: "authority-form target", send: (a) => target(`${host}:443`, a), status: 400 },
  { name: "asterisk-form target", send: (a) => get(a).replace("GET /", "OPTIONS *"), status: 400 },
  { name: "target without a slash", send: (a) => target("admin", a), status: 400 },
  { name: "target with a fragment", send: (a) => target("/#x", a), status: 400 },
  { name: "target with a control", send: (a) => target("/a\u0001b", a), status: 400 },
  { name: "target with bytes above ASCII", send: (a) => target("/\u00e4", a), status: 400 },
  { name: "target with two blanks", send: (a) => target("/a /b", a), status: 400 },
  { name: "target without end", send: (a) => target(`/${"a".repeat(17_000)}`, a), status: 414 },
  { name: "platform token in the query", send: (a) => target(`/?access_token=${token}`, a), status: 400 },
  // Methods and versions.
  { name: "CONNECT", send: (a) => get(a).replace("GET /", `CONNECT ${host}:80`), status: 400 },
  { name: "CONNECT in origin-form", send: (a) => get(a).replace("GET", "CONNECT"), status: 405 },
  { name: "TRACE", send: (a) => get(a).replace("GET", "TRACE"), status: 405 },
  { name: "TRACK", send: (a) => get(a).replace("GET", "TRACK"), status: 405 },
  { name: "method in lower case", send: (a) => get(a).replace("GET", "get"), status: 405 },
  {
    name: "HTTP/1.0 with keep-alive",
    send: (a) => get(a, "Connection: keep-alive").replace("HTTP/1.1", "HTTP/1.0"),
    status: 505,
  },
  { name: "HTTP/0.9", send: () => "GET /\r\n\r\n", status: 400 },
  { name: "HTTP/2 by prior knowledge", send: () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505 },
  { name: "a version that is none", send: (a) => get(a).replace("HTTP/1.1", "HTTP/1.1x"), status: 400 },
  { name: "a TLS handshake", send: () => `\x16\x03\x01\x02\x00\x01${"\x00".repeat(40)}\r\n\r\n`, status: 400 },
  // Smuggling.
  {
    name: "Content-Length and Transfer-Encoding",
    send: (a) => post(a, `0\r\n\r\n${smuggled}`, "Content-Length: 6", "Transfer-Encoding: chunked"),
    status: 400,
  },
  {
    name: "Transfer-Encoding and Content-Length",
    send: (a) => post(a, `0\r\n\r\n${smuggled}`, "Transfer-Encoding: chunked", "Content-Length: 6"),
    status: 400,
  },
  {
    name: "two lengths",
    send: (a) => post(a, smuggled, "Content-Length: 0", `Content-Length: ${smuggled.length}`),
    status: 400,
  },
  { name: "two equal lengths", send: (a) => post(a, "x", "Content-Length: 1", "Content-Length: 1"), status: 400 },
  { name: "lengths in a list", send: (a) => post(a, "x", "Content-Length: 1, 1"), status: 400 },
  { name: "length with a sign", send: (a) => post(a, "x", "Content-Length: +1"), status: 400 },
  { name: "negative length", send: (a) => post(a, "x", "Content-Length: -1"), status: 400 },
  { name: "length in hexadecimal", send: (a) => post(a, "x", "Content-Length: 0x1"), status: 400 },
  {
    name: "two encodings",
    send: (a) => post(a, `0\r\n\r\n${smuggled}`, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    status: 400,
  },
  {
    name: "an encoding beside chunked",
    send: (a) => post(a, "0\r\n\r\n", "Transfer-Encoding: gzip, chunked"),
    status: 400,
  },
  {
    name: "an encoding that looks like chunked",
    send: (a) => post(a, "0\r\n\r\n", "Transfer-Encoding: xchunked"),
    status: 400,
  },
  {
    name: "chunked behind a blank that is none",
    send: (a) => post(a, "0\r\n\r\n", "Transfer-Encoding: \u00a0chunked"),
    status: 400,
  },
  {
    name: "chunked behind a vertical tab",
    send: (a) => post(a, "0\r\n\r\n", "Transfer-Encoding: \u000bchunked"),
    status: 400,
  },
  {
    name: "blank before the colon",
    send: (a) => post(a, `0\r\n\r\n${smuggled}`, "Transfer-Encoding : chunked"),
    status: 400,
  },
  { name: "folded line", send: (a) => post(a, "x", "X-A: b", " Content-Length: 1"), status: 400 },
  { name: "line without a colon", send: (a) => get(a, "Nonsense"), status: 400 },
  { name: "field without a name", send: (a) => get(a, ": x"), status: 400 },
  { name: "lines ended by a bare line feed", send: (a) => get(a).replace("\r\nCookie", "\nCookie"), status: 400 },
  {
    name: "a bare line feed within a value",
    send: (a) => get(a, `X-A: b\nContent-Length: ${smuggled.length}`),
    status: 400,
  },
  { name: "a bare carriage return within a value", send: (a) => get(a, "X-A: b\rContent-Length: 9"), status: 400 },
  { name: "a zero byte within a value", send: (a) => get(a, "X-A: b\u0000c"), status: 400 },
  { name: "an empty line first", send: (a) => `\r\n${get(a)}`, status: 400 },
  {
    name: "chunk size with an extension",
    send: (a) => post(a, "1;a=b\r\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    status: 400,
  },
  { name: "chunk size without end", send: (a) => post(a, "fffffffff\r\n", "Transfer-Encoding: chunked"), status: 400 },
  { name: "chunk size that is none", send: (a) => post(a, "xyz\r\n", "Transfer-Encoding: chunked"), status: 400 },
  {
    name: "chunk ended by a bare line feed",
    send: (a) => post(a, "1\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    status: 400,
  },
  {
    name: "chunk longer than it says",
    send: (a) => post(a, "1\r\nxyz\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    status: 400,
  },
  { name: "Connection that takes away the host", send: (a) => get(a, "Connection: close, Host"), status: 400 },
  {
    name: "Connection that takes away the length",
    send: (a) => post(a, "x", "Content-Length: 1", "Connection: content-length"),
    status: 400,
  },
  { name: "Connection that takes away the cookie", send: (a) => get(a, "Connection: cookie"), status: 400 },
  {
    name: "an expectation that nobody knows",
    send: (a) => post(a, "x", "Content-Length: 1", "Expect: 200-maybe"),
    status: 417,
  },
  { name: "more header than fits", send: (a) => get(a, `X-A: ${"a".repeat(33_000)}`), status: 431 },
  {
    name: "more fields than fit",
    send: (a) => get(a, ...Array.from({ length: 101 }, (_, index) => `X-${index}: a`)),
    status: 431,
  },
  {
    name: "more body than fits",
    send: (a) => post(a, "x".repeat(1024 * 1024 + 1), `Content-Length: ${1024 * 1024 + 1}`),
    status: 413,
  },
  // Hosts.
  { name: "no host", send: (a) => head("GET / HTTP/1.1", `Cookie: ${a.session}`), status: 400 },
  { name: "two hosts", send: (a) => get(a, `Host: mallory.${baseDomain}`), status: 400 },
  { name: "host in a list", send: (a) => at(`${host}, mallory.${baseDomain}`, a), status: 400 },
  { name: "punycode host", send: (a) => at(`xn--lice-53d.${baseDomain}`, a), status: 421 },
  { name: "punycode label behind a port", send: (a) => at(`3000--xn--lice.${baseDomain}`, a), status: 421 },
  { name: "look-alike host in another script", send: (a) => at(utf8(`\u0430lice.${baseDomain}`), a), status: 400 },
  { name: "look-alike host in full width", send: (a) => at(utf8(`\uff41lice.${baseDomain}`), a), status: 400 },
  { name: "look-alike of a reserved name", send: (a) => at(`4dm1n.${baseDomain}`, a), status: 421 },
  { name: "reserved name", send: (a) => at(`api.${baseDomain}`, a), status: 421 },
  { name: "another domain that ends like ours", send: (a) => at(`alice.evil${baseDomain}`, a), status: 421 },
  { name: "our domain before another", send: (a) => at(`${host}.evil.example`, a), status: 421 },
  { name: "the domain itself", send: (a) => at(baseDomain, a), status: 421 },
  { name: "two labels below the domain", send: (a) => at(`x.alice.${baseDomain}`, a), status: 421 },
  { name: "host with a dot at its end", send: (a) => at(`${host}.`, a), status: 400 },
  { name: "host with a user", send: (a) => at(`alice@${host}`, a), status: 400 },
  { name: "host with a path", send: (a) => at(`${host}/x`, a), status: 400 },
  { name: "host with another port", send: (a) => at(`${host}:8443`, a), status: 421 },
  { name: "host with an escape", send: (a) => at(`%61lice.${baseDomain}`, a), status: 400 },
  { name: "an address as a host", send: (a) => at("127.0.0.1", a), status: 421 },
  { name: "an IPv6 address as a host", send: (a) => at("[::1]", a), status: 400 },
  { name: "localhost", send: (a) => at("localhost", a), status: 421 },
  { name: "a port of the system", send: (a) => at(`22--alice.${baseDomain}`, a), status: 421 },
  { name: "a port with a zero before it", send: (a) => at(`03000--alice.${baseDomain}`, a), status: 421 },
  { name: "a port that there is not", send: (a) => at(`70000--alice.${baseDomain}`, a), status: 421 },
  // Who asks.
  { name: "nobody", send: () => head("GET / HTTP/1.1", `Host: ${host}`), status: 401 },
  {
    name: "a session that is made up",
    send: () => head("GET / HTTP/1.1", `Host: ${host}`, `Cookie: __Host-berth-session=${"A".repeat(43)}`),
    status: 401,
  },
  {
    name: "a sibling's session",
    send: (a) => head("GET / HTTP/1.1", `Host: ${host}`, `Cookie: ${a.mallory}`),
    status: 401,
  },
  { name: "a session at a port that it is not for", send: (a) => at(`4000--alice.${baseDomain}`, a), status: 401 },
  {
    name: "a session in a cookie of another name",
    send: (a) => head("GET / HTTP/1.1", `Host: ${host}`, `Cookie: ${a.session.replace("__Host-", "")}`),
    status: 401,
  },
  {
    name: "a session in Authorization",
    send: (a) => head("GET / HTTP/1.1", `Host: ${host}`, `Authorization: Bearer ${a.session.split("=")[1]}`),
    status: 401,
  },
  {
    name: "the platform's own token",
    send: () => head("GET / HTTP/1.1", `Host: ${host}`, `Authorization: Bearer ${token}`),
    status: 401,
  },
  // Other pages.
  {
    name: "a script of a sibling's page",
    send: (a) =>
      get(
        a,
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
        `Origin: https://mallory.${baseDomain}`,
      ),
    status: 403,
  },
  {
    name: "an image in a sibling's page",
    send: (a) => get(a, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"),
    status: 403,
  },
  {
    name: "a script element in a stranger's page",
    send: (a) => get(a, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"),
    status: 403,
  },
  {
    name: "a form of a stranger's page",
    send: (a) =>
      post(
        a,
        "x",
        "Content-Length: 1",
        "Origin: https://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: document",
      ),
    status: 403,
  },
  {
    name: "a form of a page without an origin",
    send: (a) =>
      post(
        a,
        "x",
        "Content-Length: 1",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: document",
      ),
    status: 403,
  },
  {
    name: "a form of an old browser",
    send: (a) => post(a, "x", "Content-Length: 1", "Origin: https://evil.example"),
    status: 403,
  },
  {
    name: "an embedded object",
    send: (a) => get(a, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: object"),
    status: 403,
  },
  {
    name: "the product's name with another scheme",
    send: (a) => get(a, `Origin: ${product.replace("https", "http")}`),
    status: 403,
  },
  {
    name: "the product's name with more behind it",
    send: (a) => get(a, `Origin: ${product}.evil.example`),
    status: 403,
  },
  {
    name: "a preview's page that calls the bare host",
    send: (a) => get(a, "Sec-Fetch-Site: same-site", `Origin: https://3000--alice.${baseDomain}`),
    status: 403,
  },
  {
    name: "a preflight of a stranger's page",
    send: () =>
      head("OPTIONS / HTTP/1.1", `Host: ${host}`, "Origin: https://evil.example", "Access-Control-Request-Method: PUT"),
    status: 403,
  },
  // WebSockets.
  { name: "a WebSocket of a stranger's page", send: (a) => webSocket(a, "Origin: https://evil.example"), status: 403 },
  {
    name: "a WebSocket of a sibling's page",
    send: (a) => webSocket(a, `Origin: https://mallory.${baseDomain}`),
    status: 403,
  },
  { name: "a WebSocket of a page without an origin", send: (a) => webSocket(a, "Origin: null"), status: 403 },
  {
    name: "a WebSocket with two origins",
    send: (a) => webSocket(a, `Origin: https://${host}`, "Origin: https://evil.example"),
    status: 400,
  },
  { name: "a WebSocket without a session", send: (a) => webSocket({ ...a, session: "a=b" }), status: 401 },
  {
    name: "an upgrade to h2c",
    send: (a) =>
      get(a, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    status: 400,
  },
  {
    name: "an upgrade to one of two",
    send: (a) => get(a, "Connection: Upgrade", "Upgrade: websocket, h2c", "Sec-WebSocket-Version: 13", key),
    status: 400,
  },
  {
    name: "an upgrade that Connection does not name",
    send: (a) => get(a, "Upgrade: websocket", "Sec-WebSocket-Version: 13", key),
    status: 400,
  },
  {
    name: "an upgrade of another version, as proxies are fooled with",
    send: (a) => get(a, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 777", key),
    status: 400,
  },
  {
    name: "an upgrade with a body",
    send: (a) => `${webSocket(a, `Content-Length: ${smuggled.length}`)}${smuggled}`,
    status: 400,
  },
  { name: "an upgrade by POST", send: (a) => webSocket(a).replace("GET", "POST"), status: 400 },
  {
    name: "an upgrade with a key that is none",
    send: (a) => webSocket(a).replace(key, "Sec-WebSocket-Key: short"),
    status: 400,
  },
];

/** A field that a workspace must not hear, and who wrote it. */
export interface Stripped {
  readonly name: string;
  /** Lines of the request's head. */
  readonly fields: readonly string[];
  /** What the workspace must not see anywhere. */
  readonly hidden: RegExp;
}

const forged = /6\.6\.6\.6|evil|forged/i;

/** What is taken out of a request that passes. */
export const stripped: readonly Stripped[] = [
  ...[
    ...[
      "X-Forwarded-For: 6.6.6.6",
      "X-Forwarded-Host: evil.example",
      "X-Forwarded-Proto: forged",
      "X-Forwarded-Port: forged",
    ],
    ...["X-Forwarded-Server: evil", "X-Forwarded-Prefix: /evil", "X-Forwarded-User: evil", "X-Forwarded: for=6.6.6.6"],
    ...["Forwarded: for=6.6.6.6;host=evil.example", "X-Real-IP: 6.6.6.6", "X-Client-IP: 6.6.6.6", "Client-IP: 6.6.6.6"],
    ...["True-Client-IP: 6.6.6.6", "CF-Connecting-IP: 6.6.6.6", "CF-Visitor: forged", "X-Cluster-Client-IP: 6.6.6.6"],
    ...["X-Original-URL: /evil", "X-Rewrite-URL: /evil", "X-Original-Host: evil", "X-HTTP-Method-Override: EVIL"],
    ...["X-Envoy-External-Address: 6.6.6.6", "X-Berth-Person: evil", "X_Forwarded_For: 6.6.6.6", "X_Real_IP: 6.6.6.6"],
    ...["x-FORWARDED-for: 6.6.6.6", "Proxy-Authorization: Basic evil", "Proxy-Connection: evil", "TE: evil"],
  ].map((field) => ({ name: `forged ${field.split(":")[0]}`, fields: [field], hidden: forged })),
  { name: "a field that Connection names", fields: ["Connection: X-Secret", "X-Secret: evil"], hidden: forged },
  { name: "a platform token as a bearer", fields: [`Authorization: Bearer ${token}`], hidden: /berth_/ },
  { name: "a platform token in lower case", fields: [`authorization: bearer ${token}`], hidden: /berth_/ },
  {
    name: "a platform token as a password",
    fields: [`Authorization: Basic ${Buffer.from(`x:${token}`).toString("base64")}`],
    hidden: /authorization/i,
  },
  { name: "a platform token in a field of its own", fields: [`X-Api-Key: ${token}`], hidden: /berth_/ },
  { name: "a platform token in a cookie", fields: [`Cookie: token=${token}; a=b`], hidden: /berth_/ },
  {
    name: "the session's cookie twice",
    fields: ["Cookie: __Host-berth-session=x; a=b; __Host-berth-session=y"],
    hidden: /berth-session/,
  },
  {
    name: "the session's cookie in quotes",
    fields: ['Cookie: a="b; __Host-berth-session=x"'],
    hidden: /berth-session/,
  },
  {
    name: "the session's cookie behind a comma",
    fields: ["Cookie: a=b,__Host-berth-session=x"],
    hidden: /berth-session/,
  },
  {
    name: "the session's cookie in another case",
    fields: ["Cookie: __HOST-BERTH-session=x"],
    hidden: /berth-session/i,
  },
  {
    name: "the session's cookie among blanks",
    fields: ["Cookie:   a=b ;\t__Host-berth-session = x ;"],
    hidden: /berth-session/,
  },
];

/** A field of a workspace's answer that a browser must not get as it is. */
export interface Confined {
  readonly name: string;
  readonly field: readonly [string, string];
  /** What the browser gets of it: its values under that name, beside those that are always there. */
  readonly left: readonly string[];
}

/** What is taken out of a workspace's answer. */
export const confined: readonly Confined[] = [
  {
    name: "a cookie for the parent domain",
    field: ["Set-Cookie", `a=b; Domain=${baseDomain}; Path=/`],
    left: ["a=b; Path=/"],
  },
  {
    name: "a cookie for the parent domain, with a dot",
    field: ["Set-Cookie", `a=b;domain=.${baseDomain}`],
    left: ["a=b"],
  },
  {
    name: "a cookie for a sibling",
    field: ["Set-Cookie", `a=b; DOMAIN = mallory.${baseDomain}; Secure`],
    left: ["a=b; Secure"],
  },
  { name: "a cookie with two domains", field: ["Set-Cookie", `a=b; Domain=x; Domain=${baseDomain}`], left: ["a=b"] },
  { name: "a cookie of ours", field: ["Set-Cookie", "__Host-berth-session=x; Path=/; Secure"], left: [] },
  {
    name: "a cookie of ours in another case",
    field: ["Set-Cookie", "__hOST-Berth-Session=x; Path=/; Secure"],
    left: [],
  },
  { name: "a cookie of ours behind blanks", field: ["Set-Cookie", "  __Host-berth-seen=x; Path=/; Secure"], left: [] },
  { name: "a cookie without a name that looks like ours", field: ["Set-Cookie", "=__Host-berth-session=x"], left: [] },
  {
    name: "frames for everybody",
    field: ["Content-Security-Policy", "default-src 'self'; frame-ancestors *"],
    left: ["default-src 'self'"],
  },
  { name: "frames for nobody", field: ["Content-Security-Policy", "Frame-Ancestors 'none'"], left: [] },
  { name: "X-Frame-Options", field: ["X-Frame-Options", "ALLOWALL"], left: [] },
  { name: "Alt-Svc", field: ["Alt-Svc", 'h3="evil.example:443"'], left: [] },
  { name: "cookies of the whole domain cleared", field: ["Clear-Site-Data", '"cookies"'], left: [] },
  { name: "everything of the whole domain cleared", field: ["Clear-Site-Data", '"*"'], left: [] },
  {
    name: "cookies cleared beside others",
    field: ["Clear-Site-Data", '"cache", "cookies", "storage"'],
    left: ['"cache", "storage"'],
  },
  {
    name: "a cache that serves everybody",
    field: ["Cache-Control", "public, max-age=60, s-maxage=600"],
    left: ["private, max-age=60"],
  },
  { name: "a cache of Cloudflare's", field: ["Cloudflare-CDN-Cache-Control", "max-age=600"], left: [] },
  { name: "HTTPS given up", field: ["Strict-Transport-Security", "max-age=0"], left: [] },
  { name: "a field that Connection names", field: ["Connection", "X-Inner, close"], left: [] },
];

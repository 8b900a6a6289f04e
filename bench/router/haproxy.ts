/** What both configurations have: one thread, as one core is measured. */
const common = `
global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
`;

/** HAProxy as a plain proxy: it looks at nothing, adds nothing, and asks nobody who may pass. */
export function proxyConfig(routes: readonly { readonly from: number; readonly to: number }[]): string {
  const parts = routes.map(
    ({ from, to }, index) => `
frontend in_${index}
  bind 127.0.0.1:${from}
  default_backend out_${index}
backend out_${index}
  http-reuse always
  server only 127.0.0.1:${to}
`,
  );
  return `${common}${parts.join("")}`;
}

/** HAProxy as the program that is asked: nothing answers a small request for less. */
export function pageConfig(port: number): string {
  return `${common}
frontend pages
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string "hello from the workspace"
`;
}

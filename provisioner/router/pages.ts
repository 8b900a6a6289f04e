import { randomBytes } from "node:crypto";
import type { OwnAnswer } from "./answers.ts";
import { asleepScript, besideScript, cleanScript, enterScript, waitScript } from "./page-scripts.ts";

/** What a page may do around itself. */
export interface PageFrame {
  /** Origins whose pages may frame it, in CSP's words. */
  readonly ancestors: string;
  /** Where its script may send requests to, in CSP's words. @default nowhere */
  readonly connect?: string;
}

interface Page {
  readonly title: string;
  /** Plain text. */
  readonly words: string;
  readonly link?: { readonly href: string; readonly text: string };
  /** What it asks, for its script to hear. */
  readonly button?: string;
  /** Shown as busy. */
  readonly busy?: boolean;
  readonly script?: string;
}

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:28rem;padding:2rem;text-align:center}
h1{font-size:1.25rem;margin:0 0 .5rem}
p{margin:0 0 1rem;opacity:.8}
a{color:LinkText}
button{font:inherit;padding:.4rem 1.2rem;border:1px solid;border-radius:.5rem;background:none;color:inherit;cursor:pointer}
.bar{height:3px;border-radius:2px;overflow:hidden;background:color-mix(in srgb,CanvasText 15%,Canvas)}
.bar i{display:block;height:100%;width:30%;background:CanvasText;animation:go 1.4s ease-in-out infinite}
@keyframes go{from{transform:translateX(-110%)}to{transform:translateX(350%)}}
@media(prefers-reduced-motion:reduce){.bar i{animation:none;width:100%}}
`;

/** A page of the router's own: nothing of it comes from elsewhere, and no script but its own runs. */
export function pageAnswer(
  status: number,
  { ancestors, connect }: PageFrame,
  page: Page,
  headers: OwnAnswer["headers"] = {},
): OwnAnswer {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(page.script === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
  ].join("; ");
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, ...headers },
    body: render(page, nonce),
  };
}

function render({ title, words, link, button, busy, script }: Page, nonce: string): string {
  const parts = [
    `<h1>${escaped(title)}</h1>`,
    `<p role="status">${escaped(words)}</p>`,
    ...(link === undefined ? [] : [`<p><a href="${escaped(link.href)}" target="_top">${escaped(link.text)}</a></p>`]),
    ...(button === undefined ? [] : [`<button type="button">${escaped(button)}</button>`]),
    ...(busy === true ? ['<div class="bar"><i></i></div>'] : []),
    ...(script === undefined ? [] : ["<noscript><p>This page needs JavaScript.</p></noscript>"]),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">',
    `<title>${escaped(title)}</title><style nonce="${nonce}">${style}</style></head><body><main>`,
    ...parts,
    "</main>",
    ...(script === undefined ? [] : [`<script nonce="${nonce}">${script}</script>`]),
    "</body></html>",
  ].join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const opening = { title: "Opening", words: "One moment.", busy: true };

/** The page that exchanges the code behind the `#` for a session. The same for every host, whatever is there. */
export function enterPage(frame: PageFrame, nonce: string, headers: OwnAnswer["headers"]): OwnAnswer {
  const script = `${besideScript}${enterScript}enter(${JSON.stringify(nonce)});`;
  return pageAnswer(200, frame, { ...opening, script }, headers);
}

/** The page that has a host forget an earlier workspace before it leads there. `origin` is that host's. */
export function cleanPage(frame: PageFrame, origin: string): OwnAnswer {
  const script = `${cleanScript}clean(${JSON.stringify(origin)});`;
  return pageAnswer(200, { ...frame, connect: origin }, { ...opening, script });
}

/** Shown while a workspace is on its way; goes on by itself. `sent`: the request was no mere look at a page. */
export function waitingPage(frame: PageFrame, phase: string, sent: boolean): OwnAnswer {
  const script = `${waitScript}wait(${sent},${JSON.stringify(phase)});`;
  const page = { title: "Starting", words: waitingWords(phase), busy: true, script };
  return pageAnswer(503, { ...frame, connect: "'self'" }, page, { "Retry-After": "1" });
}

/** Shown for a workspace that sleeps to a page that came by itself: whoever sits before it may wake it. */
export function asleepPage(frame: PageFrame, sent: boolean): OwnAnswer {
  const script = `${waitScript}${asleepScript}asleep(${sent});`;
  const page = { title: "Asleep", words: "It is asleep. Its files are kept.", button: "Wake it", script };
  return pageAnswer(503, { ...frame, connect: "'self'" }, page, { "Retry-After": "5" });
}

/** What is said of a workspace on its way. */
export function waitingWords(phase: string): string {
  switch (phase) {
    case "asleep":
    // To run, and its start has not begun yet.
    case "stopping":
    case "stopped":
      return "It was asleep, and is being woken.";
    case "starting":
      return "It is waking up.";
    default:
      return "It is being prepared.";
  }
}

/** Shown for a workspace that gave up. */
export function attentionPage(frame: PageFrame): OwnAnswer {
  const words = "Something is wrong with this workspace, and it did not come up by itself. Who runs it has been told.";
  return pageAnswer(503, frame, { title: "It needs attention", words }, { "Retry-After": "60" });
}

/** Shown when a workspace runs and does not answer; looks again by itself. */
export function unreachablePage(frame: PageFrame, status: number, words: string, sent: boolean): OwnAnswer {
  const page = { title: "It does not answer", words, script: `${waitScript}setTimeout(again,3000,${sent});` };
  return pageAnswer(status, frame, page, { "Retry-After": "3" });
}

/** For who may not come in: the same for a host with a workspace and for one without. */
export function strangerPage(frame: PageFrame, login: string | null, headers: OwnAnswer["headers"]): OwnAnswer {
  const words =
    login === null
      ? "Open it from where you found it: a link there lets you in. An address alone does not."
      : "Sign in to go on.";
  const link = login === null ? {} : { link: { href: login, text: "Sign in" } };
  return pageAnswer(401, frame, { title: "You are not signed in", words, ...link }, headers);
}

/** Shown to who asks for what is not for browsers. */
export function refusedPage(frame: PageFrame, status: number, title: string, words: string): OwnAnswer {
  return pageAnswer(status, frame, { title, words });
}

import { FitAddon } from "./vendor/addon-fit.mjs";
import { Terminal } from "./vendor/xterm.mjs";

/** Milliseconds until the next attempt to come back, by how many failed. */
const patience = [250, 500, 1000, 2000, 5000];

const terminal = new Terminal({
  cursorBlink: true,
  fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  fontSize: 14,
  scrollback: 5000,
  theme: { background: "#12161f" },
});
const fit = new FitAddon();
const state = document.getElementById("state");
const session = new URLSearchParams(location.search).get("session") ?? "main";

/** The line to the home; null while there is none. */
let line = null;
/** How much of what the terminal has shown is here; null before the first byte. */
let place = null;
/** Bytes that were shown before this page came: what they ask of the terminal was answered then. */
let old = 0;
let failures = 0;
/** Whether the shell has ended: the next key begins another one. */
let hasEnded = false;

terminal.loadAddon(fit);
terminal.open(document.getElementById("terminal"));
terminal.onData((text) => send(new TextEncoder().encode(text)));
terminal.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
terminal.onResize(sendSize);
new ResizeObserver(() => fit.fit()).observe(document.getElementById("terminal"));
fit.fit();
terminal.focus();
connect();

function connect() {
  const address = new URL("terminal", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = new URLSearchParams({ session, ...(place === null ? {} : { from: String(place) }) });
  address.hash = "";
  const opened = new WebSocket(address);
  opened.binaryType = "arraybuffer";
  opened.onopen = () => {
    line = opened;
    failures = 0;
    say("");
    sendSize();
  };
  opened.onmessage = ({ data }) => (typeof data === "string" ? obey(JSON.parse(data)) : show(new Uint8Array(data)));
  opened.onclose = () => {
    line = null;
    if (hasEnded) return say("The shell has ended. Press a key for another one.");
    say("Not connected. Trying again …");
    setTimeout(connect, patience[Math.min(failures++, patience.length - 1)]);
  };
}

function obey(message) {
  if (message.type === "reset") terminal.reset();
  if (message.type === "begin") {
    place = message.at;
    old = message.old;
  }
  if (message.type === "end") {
    hasEnded = true;
    place = null;
  }
}

function show(bytes) {
  place += bytes.length;
  terminal.write(bytes, () => {
    old = Math.max(old - bytes.length, 0);
  });
}

function send(bytes) {
  if (hasEnded) {
    hasEnded = false;
    terminal.reset();
    connect();
  } else if (old === 0) line?.send(bytes);
}

function sendSize() {
  line?.send(JSON.stringify({ columns: terminal.cols, rows: terminal.rows }));
}

function say(text) {
  state.textContent = text;
  state.hidden = text === "";
}

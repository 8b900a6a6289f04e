// The clipboard, between xpra's client and the page: text, both ways. The client as it comes takes UTF-8 for Latin-1 where
// the browser lets it at the clipboard.

// Text only.
CLIPBOARD_IMAGES = false;

const Clipboard = {
  /** Text as the wire has it: one character for each byte of UTF-8. */
  toWire: (text) => unescape(encodeURIComponent(text)),
  fromWire: (bytes) => decodeURIComponent(escape(bytes)),

  /** Gives the desktop what was copied in the browser. */
  offer(client, text) {
    const bytes = Clipboard.toWire(text);
    if (bytes === client.clipboard_buffer) return;
    client.clipboard_buffer = bytes;
    client.send_clipboard_token(bytes);
  },
};

/** Before each click and key: whatever was copied elsewhere meanwhile. Only where the browser's user allows it. */
XpraClient.prototype._poll_clipboard = function poll() {
  navigator.clipboard?.readText?.().then(
    (text) => Clipboard.offer(this, text),
    () => {},
  );
};

/** Something was copied in the desktop. */
XpraClient.prototype._process_clipboard_token = (packet, client) => {
  const [, selection, , target, , , , bytes] = packet;
  if (selection !== "CLIPBOARD" || !bytes || !client.clipboard_targets.includes(target)) return;
  if (bytes === client.clipboard_buffer) return;
  client.clipboard_buffer = bytes;
  // Where the browser wants a click first, the page copies at the next one.
  client.clipboard_pending = true;
  navigator.clipboard?.writeText?.(Clipboard.fromWire(bytes)).then(
    () => {
      client.clipboard_pending = false;
    },
    () => {},
  );
};

/** The desktop wants to paste. */
XpraClient.prototype._process_clipboard_request = (packet, client) => {
  const [, request, selection] = packet;
  client.send_clipboard_string(request, selection, selection === "CLIPBOARD" ? client.clipboard_buffer : "");
};

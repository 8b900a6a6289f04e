// The page of the desktop: connects at once, keeps the screen as large as the browser's window, and comes back by itself.

(() => {
  const secondsBetweenTries = 2;
  const veil = document.getElementById("veil");
  const news = document.getElementById("news");
  const again = document.getElementById("again");
  const pasteboard = document.getElementById("pasteboard");

  function say(text, withButton = false) {
    news.textContent = text;
    again.hidden = !withButton;
    veil.hidden = false;
  }

  function makeClient() {
    const client = new XpraClient("screen");
    const secure = location.protocol === "https:";
    client.host = location.hostname;
    client.port = location.port || (secure ? "443" : "80");
    client.ssl = secure;
    client.path = location.pathname;
    client.clipboard_enabled = true;
    client.file_transfer = false;
    client.printing = false;
    client.open_url = false;
    client.remote_logging = false;
    // Ours: the page is loaded anew, so that it also finds its way when the desktop slept or was replaced.
    client.reconnect = false;
    client.clog = () => {};
    client.cdebug = () => {};
    client.on_connection_progress = () => {};
    client.callback_close = (reason) => onEnd(String(reason ?? ""));
    client.on_audio_state_change = () => {};
    client.init_audio = () => {};
    return client;
  }

  let ended = false;
  function onEnd(reason) {
    if (ended) return;
    ended = true;
    if (reason.includes("new client")) say("This desktop is shown in another window.", true);
    else comeBack();
  }

  /** Waits until the desktop, or whatever stands before it, answers, and loads the page from there. */
  function comeBack() {
    say("The connection is gone. Trying again…");
    const timer = setInterval(async () => {
      try {
        await fetch(location.href, { method: "HEAD", cache: "no-store" });
        clearInterval(timer);
        location.reload();
      } catch {
        // Not yet.
      }
    }, secondsBetweenTries * 1000);
  }

  /** What is pasted into this page reaches the desktop, and what is copied there the browser. */
  function shareClipboard(client) {
    pasteboard.addEventListener("paste", (event) => {
      Clipboard.offer(client, event.clipboardData.getData("text/plain"));
      event.preventDefault();
    });
    const copy = () => {
      pasteboard.value = Clipboard.fromWire(client.clipboard_buffer);
      pasteboard.select();
      client.clipboard_pending = false;
    };
    pasteboard.addEventListener("copy", copy);
    pasteboard.addEventListener("cut", copy);
    document.getElementById("screen").addEventListener("click", () => {
      if (!client.clipboard_pending) return;
      copy();
      document.execCommand("copy");
    });
    // Without the focus on a field there are no paste events.
    pasteboard.addEventListener("blur", () => setTimeout(() => pasteboard.focus(), 0));
    pasteboard.focus();
  }

  /** Keyboards of tablets, and input methods, give text and not keys. */
  function takeText(client) {
    pasteboard.addEventListener("input", () => {
      const text = pasteboard.value;
      pasteboard.value = "";
      for (const letter of text) {
        const code = letter.codePointAt(0);
        const name = CHAR_TO_NAME[letter] ?? letter;
        for (const pressed of [true, false]) {
          client.send(["key-action", client.topwindow, name, pressed, [], code, letter, code, 0]);
        }
      }
    });
  }

  /** Nothing is drawn for a page that nobody sees, and all of it when it is seen again. */
  function restWhenHidden(client) {
    document.addEventListener("visibilitychange", () => {
      if (!client.connected) return;
      const windows = Object.keys(client.id_to_window).map(Number);
      client.send([document.hidden ? "suspend" : "resume", true, windows]);
      if (!document.hidden) {
        client.redraw_windows();
        client.request_refresh(-1);
      }
    });
  }

  // It speaks of every key.
  Utilities.log = Utilities.clog = Utilities.cdebug = () => {};
  again.addEventListener("click", () => location.reload());
  window.addEventListener("contextmenu", (event) => event.preventDefault());

  const client = makeClient();
  client.init(false);
  shareClipboard(client);
  takeText(client);
  restWhenHidden(client);
  document.addEventListener("connection-established", () => {
    veil.hidden = true;
  });
  // Not in a worker: it would fetch half of this script again before the first frame.
  client._do_connect(false);
})();

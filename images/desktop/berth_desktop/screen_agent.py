"""
The screen agent: the product's own AI sees the screen and acts on it, over HTTP on the loopback and as a command.

Pages that are open in the desktop's browser must not reach it: they would type into the terminal. What a browser sends
is refused, by the headers that it cannot leave out, and so is every host but the loopback's, whatever name led here.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .apps import App, AppError, find_app
from .desk import Desk, fail, run
from .keyboard import exchange
from .requests import ask_to_start
from .typing import type_text

PORT = 8687
MAX_BODY = 64 * 1024
OURS = (f"127.0.0.1:{PORT}", f"localhost:{PORT}")
BROWSERS = ("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode")
USAGE = """usage: screen-agent.py screenshot FILE     the screen as PNG; "-" is the standard output
       screen-agent.py windows             every window with its place, as JSON
       screen-agent.py click X Y [BUTTON]  moves the pointer there and clicks: 1 left, 2 middle, 3 right
       screen-agent.py move X Y            moves the pointer
       screen-agent.py scroll X Y LINES    turns the wheel there: down, or up for a negative number
       screen-agent.py type TEXT           types text into the active window
       screen-agent.py key KEYS            presses keys: ctrl+s, Return
       screen-agent.py serve               serves the same over HTTP, on 127.0.0.1:8687"""



def input_of(action: Mapping[str, object]) -> tuple[str, ...]:
    """What xdotool does for an input; raises `ValueError` for one that nobody knows."""
    match action:
        case {"type": "move", "x": int(x), "y": int(y)}:
            return ("mousemove", str(x), str(y))
        case {"type": "click", "x": int(x), "y": int(y), **rest}:
            button, times = _count(rest, "button", 1, 3), _count(rest, "count", 1, 3)
            return ("mousemove", str(x), str(y), "click", "--repeat", str(times), str(button))
        case {"type": "scroll", "x": int(x), "y": int(y), "lines": int(lines)} if lines != 0:
            wheel = ("click", "--repeat", str(min(abs(lines), 100)), "5" if lines > 0 else "4")
            return ("mousemove", str(x), str(y), *wheel)
        case {"type": "key", "keys": str(keys)} if keys and not keys.startswith("-"):
            return ("key", "--clearmodifiers", keys)
    raise ValueError('write {"type": "move" | "click" | "scroll" | "type" | "key", …}: see README.md')


def _count(rest: Mapping[str, object], key: str, default: int, most: int) -> int:
    value = rest.get(key, default)
    if not isinstance(value, int) or not 1 <= value <= most:
        raise ValueError(f"{key}: found {value!r}. Write a number from 1 to {most}.")
    return value


def do_input(action: Mapping[str, object]) -> None:
    """Does one input; raises `AppError` or `ValueError`."""
    match action:
        case {"type": "type", "text": str(text)}:
            type_text(text, run, exchange)
        case _:
            run("xdotool", *input_of(action))


def screenshot() -> bytes:
    """The whole screen as PNG."""
    # Loaded when it is first wanted: most of what this process would weigh.
    import gi

    gi.require_version("Gdk", "3.0")
    from gi.repository import Gdk

    root = Gdk.get_default_root_window()
    if root is None:
        raise AppError("screen: there is no display. Set DISPLAY.")
    # The root window's size as the server has it now: the toolkit's own notion is of the start.
    screen = root.get_geometry()
    pixels = Gdk.pixbuf_get_from_window(root, 0, 0, screen.width, screen.height)
    done, content = pixels.save_to_bufferv("png", [], [])
    if not done:
        raise AppError("screen: could not be written as PNG.")
    return bytes(content)


def refusal(header: Callable[[str], str | None]) -> str | None:
    """Why a request with these headers is not answered, or `None`."""
    if header("Host") not in OURS:
        return f"answers to {OURS[0]} only"
    return "does not answer pages of a browser" if any(header(name) is not None for name in BROWSERS) else None


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server_version = "screen-agent"
    sys_version = ""
    desk: Desk

    def do_GET(self) -> None:
        """Looks: the screen, the windows, the apps."""
        match self.path:
            case "/screenshot":
                self._answer(screenshot_in_own_process)
            case "/windows":
                self._answer(lambda: [window.as_json() for window in self.desk.windows(with_places=True)])
            case "/apps":
                self._answer(lambda: [{"name": app.name, "title": app.title} for app in self.desk.apps])
            case _:
                self._say(404, {"error": "There are /screenshot, /windows, /apps, /input, /open and /switch."})

    def do_POST(self) -> None:
        """Acts: an input, opening an app, switching to it."""
        match self.path:
            case "/input":
                self._answer(lambda: do_input(self._body()))
            case "/open":
                self._answer(lambda: self.desk.open(self._app(), ask_to_start).as_json())
            case "/switch":
                self._answer(lambda: self.desk.switch(self._app()).as_json())
            case _:
                self._say(404, {"error": "There are /screenshot, /windows, /apps, /input, /open and /switch."})

    def log_message(self, *_: object) -> None:
        """Nothing: what is typed is nobody's business."""

    def _app(self) -> App:
        return find_app(self.desk.apps, str(self._body().get("app")))

    def _body(self) -> Mapping[str, object]:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise ValueError(f"body: found {length} bytes. Write at most {MAX_BODY}.")
        body = json.loads(self.rfile.read(length) or b"{}")
        if not isinstance(body, dict):
            raise ValueError("body: must be an object")
        return body

    def _answer(self, made: Callable[[], object]) -> None:
        reason = refusal(self.headers.get)
        try:
            if reason is None:
                self._say(200, made())
            else:
                self._say(403, {"error": reason})
        except ValueError as error:
            self._say(400, {"error": str(error)})
        except AppError as error:
            self._say(409, {"error": str(error)})

    def _say(self, status: int, content: object) -> None:
        body = content if isinstance(content, bytes) else json.dumps({} if content is None else content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "image/png" if isinstance(content, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def screenshot_in_own_process() -> bytes:
    """The same by a process that ends: this one stays small, and sees a screen that came later."""
    command = (sys.executable, "/opt/screen-agent.py", "screenshot", "-")
    done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    if done.returncode != 0:
        raise AppError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def serve() -> int:
    """Serves until it is ended."""
    Handler.desk = Desk()
    with ThreadingHTTPServer(("127.0.0.1", PORT), Handler) as server:
        server.serve_forever()
    return 0


def main(arguments: Sequence[str]) -> int:
    """Runs the command; its result is the exit code."""
    try:
        match arguments:
            case ["screenshot", "-"]:
                sys.stdout.buffer.write(screenshot())
            case ["screenshot", file]:
                Path(file).write_bytes(screenshot())
            case ["windows"]:
                print(json.dumps([window.as_json() for window in Desk().windows(with_places=True)], indent=2))
            case ["click", x, y]:
                do_input({"type": "click", "x": int(x), "y": int(y)})
            case ["click", x, y, button]:
                do_input({"type": "click", "x": int(x), "y": int(y), "button": int(button)})
            case ["move", x, y]:
                do_input({"type": "move", "x": int(x), "y": int(y)})
            case ["scroll", x, y, lines]:
                do_input({"type": "scroll", "x": int(x), "y": int(y), "lines": int(lines)})
            case ["type", text]:
                do_input({"type": "type", "text": text})
            case ["key", keys]:
                do_input({"type": "key", "keys": keys})
            case ["serve"]:
                return serve()
            case _:
                print(USAGE, file=sys.stderr)
                return 0 if list(arguments) in (["-h"], ["--help"]) else 2
        return 0
    except (AppError, ValueError, OSError) as error:
        return fail(AppError(str(error)))

"""
The app manager: keeps the panel and the screen agent there, and starts the apps that are asked for.

Started again it lets the apps be: they are its user's, and outlive it. Whatever ends is reaped here, or by the
container's first process once this one is gone.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .apps import App, AppError, find_app, load_apps
from .requests import ANSWER_SECONDS, parse_request, read_line, socket_path

# A click that is repeated within this time meant the first one.
SAME_CLICK_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 30.0
# What lasted so long was not broken: the next start need not wait.
STEADY_SECONDS = 10.0


@dataclass
class Part:
    """A program that should always be there."""

    name: str
    command: tuple[str, ...]
    is_quiet: bool = False
    """Whether nobody wants to read what it prints."""
    after: float = 0.0
    """Seconds after the start of the desktop: what nobody looks at makes room for what is shown first."""


PARTS = (
    Part("panel", ("tint2", "-c", "/etc/berth/desktop/tint2rc"), is_quiet=True),
    Part("screen-agent", (sys.executable, "/opt/screen-agent.py", "serve"), after=3.0),
)


def wait_before(restarts: int) -> float:
    """Seconds before a part that ended early is started again: 1, 2, 4, … at most 30."""
    return min(2.0 ** max(restarts - 1, 0), LONGEST_WAIT_SECONDS)


class Keeper:
    """Keeps one part running."""

    def __init__(self, part: Part, now: float, spawn: Callable[[Sequence[str], bool], subprocess.Popen[bytes]]) -> None:
        self.part = part
        self._spawn = spawn
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts = 0
        self.due: float | None = now + part.after
        """When it is to be started; `None` while it runs."""
        self._started = now

    def look(self, now: float) -> None:
        """Starts the part when it is due, and notes when it has ended."""
        if self._process is not None and self._process.poll() is not None:
            self._restarts = 0 if now - self._started >= STEADY_SECONDS else self._restarts + 1
            self.due = now + wait_before(self._restarts)
            say(f"{self.part.name} ended with {self._process.returncode}")
            self._process = None
        if self.due is not None and now >= self.due:
            self.due = None
            self._started = now
            self._process = self._try_to_spawn(now)

    def _try_to_spawn(self, now: float) -> subprocess.Popen[bytes] | None:
        try:
            return self._spawn(self.part.command, self.part.is_quiet)
        except OSError as error:
            say(f"{self.part.name}: {error}")
            self._restarts += 1
            self.due = now + wait_before(self._restarts)
            return None

    def end(self) -> None:
        """Ends the part."""
        if self._process is not None:
            self._process.terminate()


class Starter:
    """Starts apps, each request once."""

    def __init__(self, apps: Sequence[App], spawn: Callable[[Sequence[str]], subprocess.Popen[bytes]]) -> None:
        self._apps = apps
        self._spawn = spawn
        self._last: dict[str, tuple[float, subprocess.Popen[bytes]]] = {}
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, now: float) -> None:
        """Starts an app, unless it was started a moment ago and did not fail; raises `AppError`."""
        app = find_app(self._apps, name)
        at, last = self._last.get(app.name, (float("-inf"), None))
        if now - at < SAME_CLICK_SECONDS and last is not None and last.poll() in (None, 0):
            return
        try:
            process = self._spawn(app.command)
        except OSError as error:
            raise AppError(f"{app.name}: {error}") from error
        self._last[app.name] = (now, process)
        self._running.append(process)

    def reap(self) -> None:
        """Takes note of apps that have ended."""
        self._running = [process for process in self._running if process.poll() is None]


def spawn(command: Sequence[str], is_quiet: bool = False) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own, in the home; raises `OSError`."""
    output = subprocess.DEVNULL if is_quiet else None
    return subprocess.Popen(
        command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=Path.home()
    )


def answer(line: bytes, starter: Starter, now: float) -> dict[str, object]:
    """The answer to one request."""
    try:
        starter.start(parse_request(line), now)
        return {"ok": True}
    except (AppError, ValueError) as error:
        return {"error": str(error)}


def listen(path: Path) -> socket.socket:
    """The socket of requests, in the place of one that a killed manager left."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def serve(listener: socket.socket, starter: Starter) -> None:
    """Takes one request and answers it."""
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            line = read_line(connection)
            connection.sendall(json.dumps(answer(line, starter, time.monotonic())).encode() + b"\n")
        except (OSError, ValueError):
            pass  # Whoever asked is gone.


def say(text: str) -> None:
    """One line for the container's log."""
    print(f"app-manager: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Runs until it is told to end."""
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ending.append(number))
    # Only so that the pipe is written to when a child ends.
    signal.signal(signal.SIGCHLD, lambda *_: None)

    keepers = [Keeper(part, time.monotonic(), spawn) for part in PARTS]
    for keeper in keepers:
        keeper.look(time.monotonic())
    starter = Starter(load_apps(), spawn)
    listener = listen(socket_path())
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(wake_reader, selectors.EVENT_READ)

    while not ending:
        due = [keeper.due for keeper in keepers if keeper.due is not None]
        wait = max(min(due) - time.monotonic(), 0) if due else None
        for key, _ in selector.select(wait):
            if key.fileobj is listener:
                serve(listener, starter)
            else:
                os.read(wake_reader, MANY)
        starter.reap()
        for keeper in keepers:
            keeper.look(time.monotonic())
    for keeper in keepers:
        keeper.end()
    socket_path().unlink(missing_ok=True)
    return 0


MANY = 4096

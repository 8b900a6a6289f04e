"""Whether the workspace can be used."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from .children import Children
from .hooks import files_of, run_program

CHECK_SECONDS = 1.0
# The kubelet and the router may ask at the same moment: they get the same answer.
FRESH_SECONDS = 0.2
# Who asks now and then would learn of it late; who waits is told within one look. One waits at a time: the agent has few
# threads.
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.05


def check_line(line: str) -> str | None:
    """Why a check is not passed, or `None`. It is `tcp PORT` or `http PORT /path`, on this container."""
    words = line.split()
    try:
        match words:
            case ["tcp", port]:
                with socket.create_connection(("127.0.0.1", int(port)), CHECK_SECONDS):
                    return None
            case ["http", port, path] if path.startswith("/"):
                return _ask(int(port), path)
            case _:
                return f"found {line!r}. Write 'tcp PORT' or 'http PORT /path'."
    except (OSError, ValueError, OverflowError, http.client.HTTPException) as error:
        return f"{line}: {error}"


def _ask(port: int, path: str) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CHECK_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
        return None if status < 400 else f"http {port} {path}: answered {status}"
    finally:
        connection.close()


class Readiness:
    """Every check of `ready.d`, made when somebody asks."""

    def __init__(self, folder: Path, children: Children, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._children = children
        self._environ = environ
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._checked = (float("-inf"), "not checked yet")
        self._waiting = threading.Lock()
        self.is_stopping = False
        """Set when the workspace is told to end: nobody new should come."""
        self.seconds_to_ready: float | None = None
        """From the start until every check was passed for the first time."""

    def reason_against(self) -> str | None:
        """Why the workspace cannot be used yet, or `None` when it can."""
        if self.is_stopping:
            return "the workspace is stopping"
        with self._lock:
            at, reason = self._checked
            return (reason or None) if time.monotonic() - at < FRESH_SECONDS else self._look()

    def _look(self) -> str | None:
        found = self._check()
        self._checked = (time.monotonic(), found or "")
        if found is None and self.seconds_to_ready is None:
            self.seconds_to_ready = time.monotonic() - self._started
        return found

    def reason_after_wait(self) -> str | None:
        """The same, but while the workspace starts the answer is held until it can be used, for ten seconds at most."""
        reason = self.reason_against()
        if reason is None or self.seconds_to_ready is not None or not self._waiting.acquire(blocking=False):
            return reason
        try:
            until = time.monotonic() + WAIT_SECONDS
            while reason is not None and not self.is_stopping and time.monotonic() < until:
                time.sleep(LOOK_SECONDS)
                with self._lock:
                    reason = self._look()
        finally:
            self._waiting.release()
        return self.reason_against() if self.is_stopping else reason

    def _check(self) -> str | None:
        for file in files_of(self._folder):
            reason = self._check_file(file)
            if reason is not None:
                return f"{file.name}: {reason}"
        return None

    def _check_file(self, file: Path) -> str | None:
        if os.access(file, os.X_OK):
            outcome = run_program(self._children, file, self._environ, CHECK_SECONDS)
            return None if outcome.code == 0 else f"exit {outcome.code}: {outcome.output[-200:]}"
        try:
            text = file.read_text()
        except (OSError, ValueError) as error:
            return f"cannot be read: {error}"
        lines = (line.strip() for line in text.splitlines())
        reasons = (check_line(line) for line in lines if line and not line.startswith("#"))
        return next((reason for reason in reasons if reason is not None), None)

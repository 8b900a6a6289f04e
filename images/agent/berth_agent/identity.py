"""Who the workspace is for: files that may come, and change, long after the start."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .children import Children
from .hooks import programs_of, run_program
from .log import log

POLL_SECONDS = 1.0
PROGRAM_SECONDS = 30.0
RETRY_SECONDS = 10.0
MAX_BYTES = 1024 * 1024
# What `/identity` shows; the rest is secret, and read from its file by who needs it.
PUBLIC = ("workspace", "owner", "name", "host", "url")


def read_identity(folder: Path) -> dict[str, str]:
    """The identity's values by name; empty while there is none."""
    values: dict[str, str] = {}
    try:
        # The kubelet keeps the real files in a folder `..data…` and swaps a link to it.
        for file in sorted(folder.iterdir()):
            if not file.name.startswith(".") and file.is_file():
                with file.open("rb") as stream:
                    values[file.name] = stream.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        # Half of an identity is none: the next look sees all of it.
        return {}
    if "host" in values and "url" not in values:
        values["url"] = f"https://{values['host']}"
    return values


def environ_of(values: Mapping[str, str]) -> dict[str, str]:
    """The values as programs of `identity.d` get them: `owner` is `BERTH_OWNER`, `git.token` is `BERTH_GIT_TOKEN`."""
    return {
        "BERTH_" + re.sub(r"[^A-Z0-9]", "_", name.upper()): value for name, value in values.items() if "\0" not in value
    }


class Identity:
    """The identity as it was last seen, and the programs that are told of it."""

    def __init__(self, folder: Path, programs: Path, children: Children, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._programs = programs
        self._children = children
        self._environ = environ
        self._told: dict[str, str] = {}
        self._retry_at = 0.0
        self.values: dict[str, str] = {}
        """What the files say; empty before there are any."""

    def public(self) -> dict[str, str]:
        """What everybody in the workspace may know."""
        return {name: self.values[name] for name in PUBLIC if name in self.values}

    def look(self, now: float) -> None:
        """Reads the files, and tells the programs of what is new; those that fail are told again later."""
        found = read_identity(self._folder)
        if not found:
            return
        if found != self.values:
            self.values = found
            self._retry_at = now
        if found != self._told and now >= self._retry_at:
            if self._tell(found):
                self._told = found
            else:
                self._retry_at = now + RETRY_SECONDS

    def watch(self, stop: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
        """Looks each second until told to stop."""
        while True:
            self.look(clock())
            if stop.wait(POLL_SECONDS):
                return

    def _tell(self, values: Mapping[str, str]) -> bool:
        environ = {**self._environ, **environ_of(values)}
        is_told = True
        for program in programs_of(self._programs):
            outcome = run_program(self._children, program, environ, PROGRAM_SECONDS)
            # What it printed may hold what it was given, so it goes nowhere.
            log(
                "info" if outcome.code == 0 else "error",
                "told of the identity",
                program=program.name,
                code=outcome.code,
            )
            is_told = is_told and outcome.code == 0
        return is_told

"""All terminals of a home."""

import asyncio
import os
import re
from collections.abc import Mapping
from contextlib import suppress

from berth_web import Problem, Signs, invalid, mistake

from .terminal import Terminal

MOST = 8
JOB_SECONDS = 2.0
HANG_UP_SECONDS = 3.0
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Terminals:
    """Terminals by name: a name that is asked for again is the same one, for who comes back."""

    def __init__(self, environ: Mapping[str, str], signs: Signs) -> None:
        self._environ = environ
        self._signs = signs
        self._open: dict[str, Terminal] = {}
        self._jobs: set[str] = set()

    def names(self) -> list[str]:
        """Those that are open."""
        return sorted(self._open)

    def get(self, name: str) -> Terminal:
        """The terminal of a name, new if there is none; raises a `Problem`."""
        if not NAME.fullmatch(name):
            raise invalid(mistake("session", name, "Write at most 32 of a-z, 0-9 and '-'."))
        terminal = self._open.get(name)
        if terminal is None:
            if len(self._open) >= MOST:
                raise Problem(429, f"There are {MOST} terminals already: {', '.join(self.names())}. End one of them.")
            try:
                terminal = Terminal(name, self._environ_of(), self._forget)
            except OSError as error:
                raise Problem(503, f"The terminal cannot begin: {error.strerror}.") from None
            self._open[name] = terminal
        return terminal

    def _environ_of(self) -> dict[str, str]:
        return {name: value for name, value in self._environ.items() if name not in HIDDEN} | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "SHELL": "/bin/bash",
        }

    def _forget(self, terminal: Terminal) -> None:
        self._open.pop(terminal.name, None)
        self._end_job(terminal.name)

    async def watch_jobs(self) -> None:
        """What runs in the foreground is a job: a home is not put to sleep while it does."""
        while True:
            await asyncio.sleep(JOB_SECONDS)
            self.note_jobs()

    def note_jobs(self) -> None:
        """Says what runs now."""
        for terminal in list(self._open.values()):
            group = terminal.foreground_job()
            if group is None:
                self._end_job(terminal.name)
            else:
                self._jobs.add(terminal.name)
                self._signs.begin_job(f"shell-{terminal.name}", group)

    def _end_job(self, name: str) -> None:
        if name in self._jobs:
            self._jobs.discard(name)
            self._signs.end_job(f"shell-{name}")

    async def hang_up(self) -> None:
        """Ends all, gently, and waits for that a little."""
        terminals = list(self._open.values())
        for terminal in terminals:
            terminal.hang_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_SECONDS):
                await asyncio.gather(*(terminal.wait() for terminal in terminals))


# What the services are told, which is nothing to the shell's programs.
HIDDEN = frozenset({"SHELL_PORT", "GATEWAY_PORT"})


def environ_of_shell() -> dict[str, str]:
    """The environment in which shells begin."""
    return dict(os.environ)

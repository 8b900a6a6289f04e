"""Terminals: a shell each, which goes on when nobody looks."""

import asyncio
import fcntl
import os
import signal
import struct
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress

from .history import History

KEPT = 256 * 1024
CHUNK = 64 * 1024
# When everybody who looks is so far behind, the program waits.
LAG = 256 * 1024
SHELL = "/bin/bash"


class Terminal:
    """A shell on a pseudo-terminal."""

    def __init__(self, name: str, environ: Mapping[str, str], on_end: Callable[["Terminal"], None]) -> None:
        self.name = name
        self.history = History(KEPT)
        self.code: int | None = None
        """How the shell ended; `None` while it runs."""
        self._on_end = on_end
        self._changed = asyncio.Event()
        self._viewers: dict[object, int] = {}
        self._input = bytearray()
        self._loop = asyncio.get_running_loop()
        self._master, self._pid = _start_shell(environ)
        self._pidfd = os.pidfd_open(self._pid)
        self._is_reading = False
        self._read_on()
        self._loop.add_reader(self._pidfd, self._ended)

    # Output

    def _read_on(self) -> None:
        if not self._is_reading and self.code is None:
            self._is_reading = True
            self._loop.add_reader(self._master, self._take)

    def _take(self) -> None:
        try:
            chunk = os.read(self._master, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if chunk == b"":
            self._pause()
            return
        self.history.add(chunk)
        self._tell()
        if self._is_ahead():
            self._pause()

    def _pause(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self._loop.remove_reader(self._master)

    def _is_ahead(self) -> bool:
        """Whether nobody who looks can follow. When nobody looks at all, the program need not wait."""
        return bool(self._viewers) and self.history.end - max(self._viewers.values()) > LAG

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def more(self, viewer: object, place: int) -> tuple[int, bytes]:
        """What follows a place, as soon as there is something; nothing when the shell has ended."""
        self._viewers[viewer] = place
        if not self._is_ahead():
            self._read_on()
        while place == self.history.end and self.code is None:
            await self._changed.wait()
        return self.history.since(place, CHUNK)

    def leave(self, viewer: object) -> None:
        """Somebody looks no longer."""
        self._viewers.pop(viewer, None)
        if not self._is_ahead():
            self._read_on()

    # Input

    def write(self, data: bytes) -> None:
        """Keys that were pressed."""
        if self.code is not None:
            return
        if not self._input:
            self._loop.add_writer(self._master, self._give)
        self._input += data
        # A program that reads nothing: what comes on is lost, as on any terminal.
        del self._input[LAG:]

    def _give(self) -> None:
        try:
            del self._input[: os.write(self._master, self._input)]
        except BlockingIOError:
            return
        except OSError:
            self._input.clear()
        if not self._input:
            self._loop.remove_writer(self._master)

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size."""
        if self.code is None:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # Jobs and the end

    def foreground_job(self) -> int | None:
        """The process group that has the terminal, unless that is the shell at its prompt."""
        if self.code is not None:
            return None
        try:
            group = os.tcgetpgrp(self._master)
        except OSError:
            return None
        return None if group in (0, self._pid) else group

    def hang_up(self) -> None:
        """The line is cut: the shell saves its history, tells its jobs, and ends."""
        if self.code is None:
            for group in {self._pid, self.foreground_job() or self._pid}:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGHUP)

    async def wait(self) -> None:
        """Until the shell has ended."""
        while self.code is None:
            await self._changed.wait()

    def _ended(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        try:
            _, status = os.waitpid(self._pid, 0)
            code = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            code = 1
        while self._is_reading:
            # What it printed last.
            before = self.history.end
            self._take()
            if self.history.end == before:
                break
        self._pause()
        self._loop.remove_writer(self._master)
        self.code = code if code >= 0 else 128 - code
        os.close(self._master)
        self._tell()
        self._on_end(self)


def _start_shell(environ: Mapping[str, str]) -> tuple[int, int]:
    """A login shell in a session of its own, whose terminal is the first that it opens; our end of it, and its id."""
    master, slave = os.openpty()
    path = os.ttyname(slave)
    try:
        open_terminal = (os.POSIX_SPAWN_OPEN, 0, path, os.O_RDWR, 0)
        actions = [open_terminal, *((os.POSIX_SPAWN_DUP2, 0, number) for number in (1, 2))]
        reset = [signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
        pid = os.posix_spawn(
            SHELL, ["-bash"], dict(environ), file_actions=actions, setsid=True, setsigmask=[], setsigdef=reset
        )
    except OSError:
        os.close(master)
        raise
    finally:
        os.close(slave)
    os.set_blocking(master, False)
    os.set_inheritable(master, False)
    return master, pid

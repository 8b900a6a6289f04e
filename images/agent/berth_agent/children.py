"""Starting processes, and reaping them and everything they leave behind."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

FileAction = tuple[int | str, ...]


class Child:
    """A process that was started here."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None
        """Exit code as a shell has it: 128 and the signal's number for one that was killed. `None` while it runs."""
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether it has ended and was reaped."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for its end; whether it came in time."""
        return self._ended.wait(max(seconds, 0))

    def signal_group(self, number: signal.Signals) -> None:
        """Sends a signal to its whole process group, if anything is left of it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def end(self, status: int) -> None:
        """Notes its end: `status` is that of `waitpid`."""
        code = os.waitstatus_to_exitcode(status)
        self.code = code if code >= 0 else 128 - code
        self._ended.set()


class Children:
    """
    All processes that were started here, by id.

    There is one reaper, which must be called at every SIGCHLD: as the container's first process the agent inherits
    orphans, and waiting for "any" child elsewhere would take the exit codes of its own.
    """

    def __init__(self) -> None:
        self._running: dict[int, Child] = {}
        # Held while a process starts, so that nothing is reaped that is not yet known.
        self._lock = threading.Lock()

    def start(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        file_actions: Sequence[FileAction] = (),
    ) -> Child:
        """Starts a program in a session of its own, with no signal blocked; raises `OSError` when it cannot."""
        with self._lock:
            pid = os.posix_spawnp(
                command[0],
                list(command),
                dict(environ),
                file_actions=list(file_actions),
                setsid=True,
                setsigmask=[],
                setsigdef=[signal.SIGPIPE],
            )
            child = self._running[pid] = Child(pid)
        return child

    def reap(self) -> None:
        """Takes note of every process that has ended by now."""
        with self._lock:
            while True:
                try:
                    pid, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return
                if pid == 0:
                    return
                child = self._running.pop(pid, None)
                if child is not None:
                    child.end(status)

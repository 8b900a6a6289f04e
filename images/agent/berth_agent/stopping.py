"""The way a workspace ends: save, then end, then kill."""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from .children import Child, Children
from .hooks import programs_of, run_program
from .log import log

# Kept of the time to stop for the main process to end by itself, however long saving takes.
END_SECONDS = 7.0


class Stopping:
    """One stop; later requests for it change nothing."""

    def __init__(
        self,
        folder: Path,
        children: Children,
        environ: Mapping[str, str],
        stop_seconds: float,
        save_seconds: float,
    ) -> None:
        self._folder = folder
        self._children = children
        self._environ = environ
        self._stop_seconds = stop_seconds
        self._save_seconds = save_seconds
        self._thread: threading.Thread | None = None
        self.is_saving = False
        """Whether programs of `stop.d` still run: the container must not end before they do."""

    def begin(self, main: Child, wake: Callable[[], None]) -> None:
        """Begins to stop, in a thread; `wake` is called when saving is over."""
        if self._thread is None:
            self.is_saving = True
            self._thread = threading.Thread(target=self._stop, args=[main, wake], name="stop", daemon=True)
            self._thread.start()

    def _stop(self, main: Child, wake: Callable[[], None]) -> None:
        deadline = time.monotonic() + self._stop_seconds
        try:
            self._save(deadline - min(END_SECONDS, self._stop_seconds / 2))
        finally:
            self.is_saving = False
            wake()
        main.signal_group(signal.SIGTERM)
        if not main.wait(deadline - time.monotonic()):
            log("warn", "did not end in time: killed", seconds=self._stop_seconds)
            kill_all(main)

    def _save(self, deadline: float) -> None:
        for program in programs_of(self._folder):
            began = time.monotonic()
            seconds = min(self._save_seconds, deadline - began)
            if seconds <= 0:
                log("error", "no time was left to save", program=program.name)
                continue
            outcome = run_program(self._children, program, self._environ, seconds)
            log(
                "info" if outcome.code == 0 else "error",
                "saved" if outcome.code == 0 else "could not save",
                program=program.name,
                code=outcome.code,
                seconds=round(time.monotonic() - began, 3),
                output=outcome.output[-2000:],
            )


def kill_all(main: Child) -> None:
    """Kills every process of the container; outside of one, the main process' group."""
    if os.getpid() == 1:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    else:
        main.signal_group(signal.SIGKILL)

"""
Saves before the desktop ends: asks every program that has a window to end, and waits until they have. A browser writes
down its pages and its exit, an editor what was not saved yet; killed, they would not.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from .apps import AppError
from .desk import Desk, fail
from .windows import Window

LOOK_SECONDS = 0.05
# Left to whoever waits for this: it kills at its own deadline.
SPARE_SECONDS = 1.0


def programs_of(windows: Iterable[Window]) -> dict[int, str]:
    """The processes behind windows, each with the name that people know."""
    return {window.pid: window.app or window.title for window in windows if window.pid > 0}


def close_all(programs: dict[int, str], seconds: float, runs: Callable[[int], bool]) -> list[str]:
    """Asks processes to end and waits; the names of those that did not in time."""
    for pid in programs:
        try:
            os.kill(pid, signal.SIGTERM)
        except OSError:
            continue
    deadline = time.monotonic() + seconds
    left = [pid for pid in programs if runs(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        left = [pid for pid in left if runs(pid)]
    return [programs[pid] for pid in left]


def runs(pid: int) -> bool:
    """Whether a process is there and not only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main() -> int:
    """Closes everything; its result is the exit code."""
    try:
        programs = programs_of(Desk().windows())
    except AppError as error:
        return fail(error)
    seconds = float(os.environ.get("BERTH_SAVE_SECONDS", "10")) - SPARE_SECONDS
    left = close_all(programs, seconds, runs)
    print(f"closed {len(programs) - len(left)} programs" + (f", not {', '.join(left)}" if left else ""))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

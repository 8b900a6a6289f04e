"""The processes that came of a run: whatever they did to get away, they are below their keeper."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from berth_agent.metrics import read_usage

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")
# So long killing is tried: a process that waits for a disk, or for the processor, does not end at once.
END_SECONDS = 20.0


@dataclass(frozen=True)
class Process:
    """What the kernel says of one process."""

    pid: int
    parent: int
    group: int
    is_zombie: bool
    threads: int
    resident: int
    """Bytes of memory, shared ones included."""


def parse_stat(text: str) -> Process:
    """A line of `/proc/<pid>/stat`. The name in it may hold anything, blanks and brackets too."""
    before, _, after = text.rpartition(")")
    fields = after.split()
    return Process(
        pid=int(before.partition(" ")[0]),
        parent=int(fields[1]),
        group=int(fields[2]),
        is_zombie=fields[0] in "ZX",
        threads=int(fields[17]),
        resident=int(fields[21]) * PAGE,
    )


def all_processes(proc: Path = PROC) -> list[Process]:
    """Every process that can be seen."""
    found = []
    for name in os.listdir(proc):
        if name.isdecimal():
            try:
                with open(proc / name / "stat", errors="replace") as stream:
                    found.append(parse_stat(stream.read()))
            except (OSError, ValueError):
                continue
    return found


def below(root: int, processes: Iterable[Process]) -> list[Process]:
    """Those that descend from a process, without itself."""
    children: dict[int, list[Process]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [root]
    while waiting:
        for child in children.pop(waiting.pop(), []):
            found.append(child)
            waiting.append(child.pid)
    return found


def memory_of(processes: Iterable[Process], suspicious: int) -> int:
    """
    Bytes of memory of processes together, as far as it matters whether they are more than `suspicious`. What they share
    is counted for each; but together they have no more than the whole workspace has.

    Nothing is read of a process that it could keep from being read: its exact share of memory (`smaps_rollup`) waits
    for a lock that a bomb holds all the time.
    """
    total = sum(process.resident for process in processes)
    return total if total <= suspicious else min(total, read_usage().memory_bytes)


def end_all(living: Callable[[], list[Process]]) -> bool:
    """
    Kills what a list names until it names nothing more; whether it came to that. Who forks on is found by the next
    look, and whole process groups are killed at once, as the kernel lets nobody be born into a group in the meantime.
    Nothing is reaped here: the dead keep their places, so that a bomb that has filled the workspace cannot grow again.
    """
    deadline = time.monotonic() + END_SECONDS
    pause = 0.001
    while found := living():
        if time.monotonic() > deadline:
            return False
        own = os.getpgid(0)
        for pid in [*(-group for group in {process.group for process in found} - {own, 0}), *(p.pid for p in found)]:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        # They need the processor to die.
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return True


def living_below(root: int) -> list[Process]:
    """Those that descend from a process and have not ended."""
    return [process for process in below(root, all_processes()) if not process.is_zombie]

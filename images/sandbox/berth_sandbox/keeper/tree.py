"""The processes that came of a run: whatever they did to get away, they are below their keeper."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")
# So long killing is tried; a process that waits for a disk may not end at once.
END_SECONDS = 3.0


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


def own_share(pid: int, proc: Path = PROC) -> int | None:
    """Bytes of memory of a process, what it shares counted by parts; `None` when it cannot be told."""
    try:
        with open(proc / str(pid) / "smaps_rollup") as stream:
            return sum(int(line.split()[1]) for line in stream if line.startswith("Pss:")) * 1024
    except (OSError, ValueError):
        return None


def memory_of(processes: Iterable[Process], suspicious: int) -> int:
    """
    Bytes of memory of processes together. What they share is counted for each, unless that seems more than
    `suspicious`: then it is looked at closely, which takes longer.
    """
    found = list(processes)
    total = sum(process.resident for process in found)
    if total <= suspicious:
        return total
    shares = ((process.resident, own_share(process.pid)) for process in found)
    return sum(resident if share is None else share for resident, share in shares)


def end_below(root: int, with_itself: bool = False) -> bool:
    """
    Ends everything below a process, and itself if so wished; whether nothing is left. All are stopped before any is
    killed: who can still fork fills each gap that the death of another makes. Whole process groups get each signal, as
    the kernel lets nobody be born into a group in the meantime.
    """
    deadline = time.monotonic() + END_SECONDS
    stopped: set[int] = set()
    while (living := _living_below(root, with_itself)) and time.monotonic() < deadline:
        new = [process for process in living if process.pid not in stopped]
        if not new:
            break
        _signal(new, signal.SIGSTOP)
        stopped.update(process.pid for process in new)
    while (living := _living_below(root, with_itself)) and time.monotonic() < deadline:
        _signal(living, signal.SIGKILL)
        time.sleep(0.001)
    return not living


def _living_below(root: int, with_itself: bool) -> list[Process]:
    processes = all_processes()
    found = below(root, processes)
    if with_itself:
        found += [process for process in processes if process.pid == root]
    return [process for process in found if not process.is_zombie]


def _signal(processes: Iterable[Process], number: signal.Signals) -> None:
    found = list(processes)
    own = os.getpgid(0)
    for group in {process.group for process in found} - {own, 0}:
        _send(-group, number)
    for process in found:
        _send(process.pid, number)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)

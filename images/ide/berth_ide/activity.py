"""
Whether the IDE is used: the last sign of a browser that is connected, and the programs that run in its terminals.

    {"lastInputAt": "2026-01-02T03:04:05Z", "jobs": 1}
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """What of a process counts here, from `/proc/<pid>/stat`."""

    pid: int
    group: int
    session: int
    terminal: int
    """Number of its terminal; 0 for none."""
    foreground: int
    """The process group that the terminal's keys go to."""


def parse_stat(text: str) -> Process | None:
    """A line of `/proc/<pid>/stat`; its second field may have blanks and brackets."""
    head, _, rest = text.rpartition(")")
    fields = rest.split()
    try:
        return Process(int(head.split()[0]), *(int(fields[index]) for index in (2, 3, 4, 5)))
    except (IndexError, ValueError):
        return None


def jobs_of(processes: Iterable[Process]) -> int:
    """Terminals in which something other than their shell is in front."""
    shells = [process for process in processes if process.terminal != 0 and process.pid == process.session]
    return sum(1 for shell in shells if shell.foreground > 0 and shell.foreground != shell.group)


def running(proc: Path = Path("/proc")) -> list[Process]:
    """Every process."""
    found = []
    for folder in proc.iterdir():
        if folder.name.isdecimal():
            try:
                found.append(parse_stat((folder / "stat").read_text()))
            except OSError:  # It has ended meanwhile.
                continue
    return [process for process in found if process is not None]


def last_sign(heartbeat: Path) -> str | None:
    """When a browser was connected last: code-server touches this file while one is."""
    try:
        return datetime.fromtimestamp(heartbeat.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OSError:
        return None


def main() -> int:
    """Prints both."""
    heartbeat = Path(os.environ["HOME"], ".local/share/code-server/heartbeat")
    print(json.dumps({"lastInputAt": last_sign(heartbeat), "jobs": jobs_of(running())}))
    return 0

"""Running the programs that an image puts into the agent's folders."""

import os
import select
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .children import Child, Children

MAX_OUTPUT = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    """How a program of a folder ended."""

    code: int
    """Its exit code; 127 when it could not be started, 124 when it took too long."""
    output: str
    """What it printed, at most 64 KiB of it."""


def files_of(folder: Path) -> list[Path]:
    """The files of a folder in the order of their names; none when there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError:
        return []


def programs_of(folder: Path) -> list[Path]:
    """Those of a folder's files that can be run."""
    return [path for path in files_of(folder) if os.access(path, os.X_OK)]


def run_program(children: Children, program: Path, environ: Mapping[str, str], seconds: float) -> Outcome:
    """Runs a program to its end, or kills it and what it started when the time is over."""
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_DUP2, writer, 2),
    ]
    try:
        child = children.start([str(program)], environ, actions)
    except OSError as error:
        os.close(reader)
        return Outcome(127, f"{program}: {error.strerror}")
    finally:
        os.close(writer)
    try:
        return _follow(child, reader, time.monotonic() + seconds)
    finally:
        # What it left running goes with it: a program of a folder is done when it ends.
        child.signal_group(signal.SIGKILL)
        os.close(reader)


def _follow(child: Child, reader: int, deadline: float) -> Outcome:
    output = bytearray()
    is_open = True
    while is_open and not child.ended:
        # A process that it left behind may keep the pipe open, so its own end is looked for too.
        ready, _, _ = select.select([reader], [], [], min(max(deadline - time.monotonic(), 0), 0.05))
        if ready:
            is_open = _take(reader, output)
        elif time.monotonic() >= deadline:
            return Outcome(124, _text(output))
    if not child.wait(deadline - time.monotonic()):
        return Outcome(124, _text(output))
    while is_open and select.select([reader], [], [], 0)[0]:
        is_open = _take(reader, output)
    return Outcome(child.code if child.code is not None else 1, _text(output))


def _take(reader: int, output: bytearray) -> bool:
    """Reads on, keeping the first 64 KiB; whether there may be more."""
    chunk = os.read(reader, MAX_OUTPUT)
    output += chunk[: MAX_OUTPUT - len(output)]
    return chunk != b""


def _text(output: bytearray) -> str:
    return output.decode("utf-8", "replace").strip()

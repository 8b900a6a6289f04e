"""The keeper's own life: read what to run, run it, say what happened."""

import ctypes
import os
import signal
import sys
from contextlib import suppress

from .output import Output
from .spec import parse_spec
from .start import start
from .watch import CONTROL, Watch

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
# Exit code of a keeper that could not end everything: then the runner does.
NOT_CONTAINED = 3


def main() -> int:
    """Keeps one run."""
    # What the runner is told to do, it tells the keeper in its own words.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    libc = ctypes.CDLL(None)
    # No program of the same user looks in here, and whatever comes of the run stays below, whoever its parent was.
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    line, rest = read_line(CONTROL)
    spec = parse_spec(line)
    output = Output(sys.stdout.fileno(), spec.output_bytes)
    watch = Watch(spec, start(spec), output, rest)
    report = watch.follow()
    with suppress(BrokenPipeError):
        output.finish(report)
    return 0 if watch.is_contained else NOT_CONTAINED


def read_line(source: int) -> tuple[bytes, bytes]:
    """The first line, and what came with it."""
    found = bytearray()
    while b"\n" not in found:
        chunk = os.read(source, 65536)
        if chunk == b"":
            break
        found += chunk
    line, _, rest = bytes(found).partition(b"\n")
    return line, rest

"""Whether somebody uses the workspace: the last input, and the jobs that run."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .children import Children
from .hooks import programs_of, run_program
from .log import log, timestamp

PROGRAM_SECONDS = 2.0
# Programs of `activity.d` may be dear; whoever asks more often gets what they said last.
FRESH_SECONDS = 5.0


@dataclass(frozen=True)
class Seen:
    """What one source says."""

    last_input: datetime | None
    jobs: int

    def with_other(self, other: "Seen") -> "Seen":
        """Both together: the later input, all jobs."""
        inputs = [time for time in (self.last_input, other.last_input) if time is not None]
        return Seen(max(inputs, default=None), self.jobs + other.jobs)


NOTHING = Seen(None, 0)


def parse_seen(text: str) -> Seen:
    """What a program of `activity.d` printed: `{"lastInputAt": "2026-…Z" | null, "jobs": n}`; raises `ValueError`."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("must be an object")
    at, jobs = found.get("lastInputAt"), found.get("jobs", 0)
    if not (at is None or isinstance(at, str)) or not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 0:
        raise ValueError("must have lastInputAt, a time or null, and jobs, a number from 0")
    if at is None:
        return Seen(None, jobs)
    time_of = datetime.fromisoformat(at)
    return Seen(time_of if time_of.tzinfo else time_of.replace(tzinfo=UTC), jobs)


def seen_in(run: Path) -> Seen:
    """What programs left in the run folder: `input` is touched at every input, each file of `jobs` is a running job."""
    try:
        last_input = datetime.fromtimestamp((run / "input").stat().st_mtime, UTC)
    except OSError:
        last_input = None
    try:
        jobs = sum(1 for file in (run / "jobs").iterdir() if _is_running(file))
    except OSError:
        jobs = 0
    return Seen(last_input, jobs)


def _is_running(file: Path) -> bool:
    """A job that names its process ends with it, even when nobody was left to remove the file."""
    try:
        with file.open() as stream:
            text = stream.read(16).strip()
    except (OSError, ValueError):
        return False
    return not (text.isascii() and text.isdecimal()) or Path("/proc", text).exists()


class Activity:
    """Every source together."""

    def __init__(self, run: Path, folder: Path, children: Children, environ: Mapping[str, str]) -> None:
        self._run = run
        self._folder = folder
        self._children = children
        self._environ = environ
        self._lock = threading.Lock()
        self._programs = (float("-inf"), NOTHING)

    def seen(self) -> Seen:
        """What all sources say now. No input is later than now, whatever a clock says."""
        seen = seen_in(self._run).with_other(self._of_programs())
        now = datetime.now(UTC)
        return Seen(None if seen.last_input is None else min(seen.last_input, now), seen.jobs)

    def report(self) -> dict[str, object]:
        """The same as the answer of `/activity`."""
        seen = self.seen()
        return {"lastInputAt": None if seen.last_input is None else timestamp(seen.last_input), "jobs": seen.jobs}

    def _of_programs(self) -> Seen:
        with self._lock:
            at, seen = self._programs
            if time.monotonic() - at < FRESH_SECONDS:
                return seen
            seen = NOTHING
            for program in programs_of(self._folder):
                seen = seen.with_other(self._of_program(program))
            self._programs = (time.monotonic(), seen)
            return seen

    def _of_program(self, program: Path) -> Seen:
        outcome = run_program(self._children, program, self._environ, PROGRAM_SECONDS)
        try:
            if outcome.code != 0:
                raise ValueError(f"exit {outcome.code}")
            return parse_seen(outcome.output)
        except ValueError as error:
            log(
                "warn", "a program of activity.d said nothing that can be used", program=program.name, reason=str(error)
            )
            return NOTHING

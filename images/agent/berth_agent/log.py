"""One line of JSON for each event, on standard error."""

import json
import sys
from datetime import UTC, datetime


def log(level: str, message: str, **fields: object) -> None:
    """Writes one event. Values of the identity have no place in it."""
    line = {"time": timestamp(datetime.now(UTC)), "level": level, "part": "agent", "message": message, **fields}
    # One write, so that lines of several threads do not mix.
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


def timestamp(time: datetime) -> str:
    """A time as `2026-01-02T03:04:05.678Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

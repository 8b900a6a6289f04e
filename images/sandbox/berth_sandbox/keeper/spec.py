"""What the runner tells a keeper: one line of JSON on its standard input."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class RunSpec:
    """One run."""

    command: list[str]
    folder: str
    """The sandbox's own folder: everything that a run may write is below it."""
    work: str
    """Where the program starts, within the folder."""
    env: dict[str, str]
    stdin: str
    seconds: int
    memory_bytes: int
    processes: int
    output_bytes: int
    disk_bytes: int
    protected: list[int]
    """Processes and threads that the run must not signal."""
    landlock: bool
    """Whether walls by Landlock are wanted."""

    def to_line(self) -> bytes:
        """As one line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def parse_spec(line: bytes) -> RunSpec:
    """A run of its line."""
    return RunSpec(**json.loads(line))

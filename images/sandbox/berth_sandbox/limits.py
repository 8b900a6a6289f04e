"""What a sandbox may use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from berth_web import Mistake, Problem, invalid, whole_number

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The most that one run gets; of disk, what the sandbox gets."""

    seconds: int = 30
    """From the start to the end of a run."""
    memory: int = 256
    """MiB of all its processes together."""
    processes: int = 64
    """Processes and threads."""
    output: int = 1024
    """KiB of standard output and error together."""
    disk: int = 64
    """MiB of files."""

    def to_json(self) -> dict[str, int]:
        """As the API shows them."""
        return {api: getattr(self, name) for name, api in API_NAMES.items()}


API_NAMES = {
    "seconds": "seconds",
    "memory": "memoryMiB",
    "processes": "processes",
    "output": "outputKiB",
    "disk": "diskMiB",
}
LEAST = Limits(seconds=1, memory=16, processes=1, output=1, disk=1)


def parse_limits(body: Mapping[str, object], most: Limits) -> Limits:
    """The limits that a request names, within what the workspace has; raises a `Problem` naming each wrong one."""
    found: dict[str, int] = {}
    mistakes: list[Mistake] = []
    for field in fields(Limits):
        name, upper = field.name, getattr(most, field.name)
        value = whole_number(body, API_NAMES[name], min(getattr(Limits(), name), upper), getattr(LEAST, name), upper)
        if isinstance(value, Mistake):
            mistakes.append(value)
        else:
            found[name] = value
    if mistakes:
        raise invalid(*mistakes)
    return Limits(**found)


def limits_of_file(value: object, most: Limits) -> Limits:
    """Limits that were kept in a file; what does not fit is brought within what the workspace has."""
    if not isinstance(value, dict):
        return parse_limits({}, most)
    kept = {name: value[name] for name in API_NAMES.values() if name in value}
    try:
        return parse_limits(kept, most)
    except Problem as problem:
        wrong = {error.field for error in problem.mistakes}
        return parse_limits({name: number for name, number in kept.items() if name not in wrong}, most)

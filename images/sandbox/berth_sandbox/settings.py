"""How much the runner may hand out, and where it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .limits import MIB, Limits

# For the agent, the runner, the keepers and shared memory.
RESERVED_MEMORY = 160 * MIB
RESERVED_PROCESSES = 64
MEMORY_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
PROCESS_FILES = ("/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max")


class SettingsError(Exception):
    """A variable that cannot be used: says which, what was found and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What differs between a workspace, a container by hand and a test."""

    port: int
    root: Path
    """Holds a folder for each sandbox."""
    most: Limits
    """The most that a sandbox may ask for."""
    memory: int
    """MiB that all runs together may take."""
    processes: int
    """Processes and threads that all runs together may have."""
    sandboxes: int
    """So many may exist."""
    landlock: bool
    """Whether walls by Landlock are built where the kernel can."""
    from_within: bool
    """Whether callers within the workspace are answered too."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment and of the container's own limits; raises `SettingsError`."""
    root = Path(environ.get("RUNNER_ROOT") or "/workspace")
    memory = _handed_out(MEMORY_FILES, RESERVED_MEMORY, 8192 * MIB) // MIB
    processes = _handed_out(PROCESS_FILES, RESERVED_PROCESSES, 1024)
    try:
        disk = os.statvfs(root)
    except OSError as error:
        raise SettingsError(
            f"RUNNER_ROOT: found {str(root)!r}. Name a folder that is there: {error.strerror}."
        ) from None
    return Settings(
        port=_number(environ, "RUNNER_PORT", 8000, 1024, 65535),
        root=root,
        most=Limits(
            seconds=_number(environ, "RUNNER_MAX_SECONDS", 3600, 1, 86400),
            memory=max(memory, 16),
            processes=max(min(processes, 512), 1),
            output=64 * 1024,
            disk=max(disk.f_blocks * disk.f_frsize // MIB, 1),
        ),
        memory=max(memory, 16),
        processes=max(processes, 1),
        sandboxes=_number(environ, "RUNNER_MAX_SANDBOXES", 100, 1, 10_000),
        landlock=_choice(environ, "RUNNER_LANDLOCK", "auto", ("auto", "off")) == "auto",
        from_within=_choice(environ, "RUNNER_FROM_WITHIN", "refuse", ("refuse", "allow")) == "allow",
    )


def _handed_out(files: tuple[str, ...], reserved: int, otherwise: int) -> int:
    """What is left for runs of a limit of the container; without a limit a figure that suits most machines."""
    for file in files:
        try:
            text = Path(file).read_text().strip()
        except OSError:
            continue
        if text != "max" and int(text) < 1 << 60:
            return int(text) - reserved
    return otherwise


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, "")
    if text == "":
        return default
    if text.isascii() and text.isdecimal() and least <= int(text) <= most:
        return int(text)
    raise SettingsError(f"{name}: found {text!r}. Write a whole number from {least} to {most}.")


def _choice(environ: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = environ.get(name, "") or default
    if text in choices:
        return text
    raise SettingsError(f"{name}: found {text!r}. Write one of {', '.join(choices)}.")

"""What the agent is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """A variable that cannot be used: says which, what was found and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between a workspace, a container by hand and a test."""

    port: int
    """Port of the HTTP answers, on every address of the container."""
    run: Path
    """Where programs leave their signs: `input`, `jobs/`."""
    etc: Path
    """Holds `ready.d`, `activity.d`, `identity.d` and `stop.d`."""
    identity: Path
    """Where the files of the identity appear."""
    start_seconds: float
    """From the start until a workspace that never was ready is ended, so that it is started anew."""
    stop_seconds: float
    """From the request to stop until everything is killed: less than the pod's grace period."""
    save_seconds: float
    """The most that each program of `stop.d` gets."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment; raises `SettingsError`."""
    return Settings(
        port=int(_number(environ, "BERTH_AGENT_PORT", 8686, 1024, 65535)),
        run=_path(environ, "BERTH_RUN", "/tmp/berth"),
        etc=_path(environ, "BERTH_ETC", "/etc/berth"),
        identity=_path(environ, "BERTH_IDENTITY", "/run/berth/identity"),
        start_seconds=_number(environ, "BERTH_START_SECONDS", 300, 1, 86400),
        # A pod of Berth has 30 seconds: three are left for the container's own end.
        stop_seconds=_number(environ, "BERTH_STOP_SECONDS", 27, 1, 3600),
        save_seconds=_number(environ, "BERTH_SAVE_SECONDS", 15, 1, 3600),
    )


def _number(environ: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = environ.get(name, "")
    if text == "":
        return default
    if text.isascii() and text.isdecimal() and least <= int(text) <= most:
        return int(text)
    raise SettingsError(f"{name}: found {text!r}. Write a whole number from {least} to {most}.")


def _path(environ: Mapping[str, str], name: str, default: str) -> Path:
    text = environ.get(name, "") or default
    if text.startswith("/"):
        return Path(text)
    raise SettingsError(f"{name}: found {text!r}. Write an absolute path.")

"""What the home is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """A variable that cannot be used: says which, what was found and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What differs between a workspace, a container by hand and a test."""

    shell_port: int
    gateway_port: int
    home: Path
    """The owner's volume."""
    identity: Path
    static: Path
    """What the page consists of."""


def read_settings(environ: Mapping[str, str], static: Path) -> Settings:
    """The settings of an environment; raises `SettingsError`."""
    return Settings(
        shell_port=_port(environ, "SHELL_PORT", 3000),
        gateway_port=_port(environ, "GATEWAY_PORT", 4000),
        home=Path(environ.get("HOME") or "/home/user"),
        identity=Path(environ.get("BERTH_IDENTITY") or "/run/berth/identity"),
        static=static,
    )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    if text == "":
        return default
    if text.isascii() and text.isdecimal() and 1024 <= int(text) <= 65535:
        return int(text)
    raise SettingsError(f"{name}: found {text!r}. Write a port from 1024 to 65535.")

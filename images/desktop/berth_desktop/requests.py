"""
Asking the app manager to start an app.

Apps are started by it and not by whoever asks: they live on when a shell ends, have the desktop's environment, and a
second click within a moment starts nothing twice. One line of JSON goes each way, over a socket in `$BERTH_RUN`.
"""

import json
import os
import socket
from pathlib import Path

from .apps import App, AppError

ANSWER_SECONDS = 5.0
MAX_LINE = 4096


def socket_path() -> Path:
    """Where the app manager listens."""
    return Path(os.environ.get("BERTH_RUN", "/tmp/berth"), "app-manager.sock")


def ask_to_start(app: App, path: Path | None = None) -> None:
    """Has an app started; raises `AppError` when the manager cannot, or is not there."""
    path = socket_path() if path is None else path
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(path))
            connection.sendall(json.dumps({"start": app.name}).encode() + b"\n")
            answer = json.loads(read_line(connection))
    except (OSError, ValueError) as error:
        raise AppError(f"app-manager: {error}. Start it again: supervisorctl restart app-manager") from error
    if "error" in answer:
        raise AppError(str(answer["error"]))


def read_line(connection: socket.socket) -> bytes:
    """One line, at most 4 KiB; raises `ValueError` when there is none."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = connection.recv(MAX_LINE)
        line += chunk
        if not chunk or len(line) > MAX_LINE:
            raise ValueError("no whole line came")
    return line


def parse_request(line: bytes) -> str:
    """Name of the app that is to be started; raises `ValueError` for anything else."""
    match json.loads(line):
        case {"start": str(name)}:
            return name
    raise ValueError('Write {"start": "chrome"}.')

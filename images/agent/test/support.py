"""A real agent with folders of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PATIENCE = 15.0


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Waits for something, at most a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {what}")
        time.sleep(0.01)


class AgentCase(unittest.TestCase):
    """A test with folders for an agent, and the agent once it is started."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.run_folder, self.etc, self.identity = (self.folder / name for name in ("run", "etc", "identity"))
        self.identity.mkdir()
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    def program(self, path: str, text: str) -> None:
        """Puts a program into a folder of the agent."""
        file = self.etc / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def check(self, path: str, text: str) -> None:
        """Puts a check into a folder of the agent."""
        file = self.etc / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def start(self, *command: str, **environ: str) -> subprocess.Popen[str]:
        """Starts the agent and waits until it answers."""
        settings = {
            "BERTH_AGENT_PORT": str(self.port),
            "BERTH_RUN": str(self.run_folder),
            "BERTH_ETC": str(self.etc),
            "BERTH_IDENTITY": str(self.identity),
            "BERTH_STOP_SECONDS": "5",
        }
        process = subprocess.Popen(
            [str(ROOT / "berth-agent"), *command],
            env={**os.environ, **settings, **environ},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.process = process
        self.addCleanup(self._end)
        eventually(self._answers, "an answer of the agent")
        return process

    def _answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def _end(self) -> None:
        """Ends it as it wants to be ended: killed, it would leave its main process behind."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=PATIENCE)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Asks the agent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def get_json(self, path: str) -> dict[str, object]:
        """Asks the agent for JSON."""
        found = json.loads(self.get(path)[1])
        assert isinstance(found, dict)
        return found

    def stop(self) -> tuple[int, list[dict[str, object]]]:
        """Asks it to stop; its exit code, and what it logged in all its life."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> tuple[int, list[dict[str, object]]]:
        """Waits for its end; its exit code, and what it logged."""
        assert self.process is not None
        _, text = self.process.communicate(timeout=PATIENCE)
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return self.process.returncode, lines

"""A real runner, and what tests ask of it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT.parent / "lib"), str(ROOT.parent / "agent")]

IN_IMAGE = os.environ.get("BERTH_TEST_IN_IMAGE") == "1"
PATIENCE = 60.0


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Waits for something, at most a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {what}")
        time.sleep(0.01)


@dataclass(frozen=True)
class Answer:
    """What the runner answered."""

    status: int
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as an object."""
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Result:
    """A run that is over."""

    stdout: str
    stderr: str
    report: dict[str, object]


class Runner:
    """A runner of its own."""

    def __init__(self, root: Path, **environ: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = int(server.getsockname()[1])
        self.run_folder = root / "run"
        (self.run_folder / "jobs").mkdir(parents=True, exist_ok=True)
        settings = {
            "RUNNER_PORT": str(self.port),
            "RUNNER_ROOT": str(root),
            "RUNNER_FROM_WITHIN": "allow",
            "BERTH_RUN": str(self.run_folder),
        }
        self.process = subprocess.Popen([str(ROOT / "berth-runner")], env={**os.environ, **settings, **environ})
        eventually(self.answers, "the runner")

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return self.ask("GET", "/health").status == 200
        except OSError:
            return False

    def connection(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request; objects are sent as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict | list):
            body, named = json.dumps(body), {"Content-Type": "application/json", **named}
        connection = self.connection()
        try:
            connection.request(method, path, body, named)  # type: ignore[arg-type]
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def create(self, **limits: int) -> str:
        """A new sandbox."""
        return str(self.ask("POST", "/sandboxes", limits).json()["id"])

    def run(self, sandbox: str, body: dict[str, object]) -> Result:
        """Runs something to its end."""
        answer = self.ask("POST", f"/sandboxes/{sandbox}/run", body)
        assert answer.status == 200, answer.body
        lines = [json.loads(line) for line in answer.body.splitlines()]
        texts = {name: "".join(line.get(name, "") for line in lines) for name in ("stdout", "stderr")}
        return Result(**texts, report=lines[-1])

    @contextmanager
    def begun(self, sandbox: str, code: str) -> Iterator[http.client.HTTPResponse]:
        """A script that has begun, and its answer as far as it came; whoever leaves hangs up."""
        connection = self.connection()
        body = json.dumps({"language": "bash", "code": code})
        connection.request("POST", f"/sandboxes/{sandbox}/run", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        try:
            yield response
        finally:
            response.close()
            connection.close()

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait(PATIENCE)


class RunnerCase(unittest.TestCase):
    """Tests that share a runner."""

    environ: dict[str, str] = {}
    runner: Runner
    root: Path

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.runner = Runner(cls.root, **cls.environ)
        cls.addClassCleanup(lambda: cls.runner.stop())

    def bash(self, code: str, **limits: int) -> Result:
        """Runs a script in a sandbox of its own, which is deleted."""
        return self.run_once({"language": "bash", "code": code}, **limits)

    def python(self, code: str, **limits: int) -> Result:
        """The same in Python."""
        return self.run_once({"language": "python", "code": code}, **limits)

    def run_once(self, body: dict[str, object], **limits: int) -> Result:
        """Runs something in a sandbox of its own, which is deleted."""
        sandbox = self.runner.create(**limits)
        try:
            return self.runner.run(sandbox, body)
        finally:
            self.assertEqual(self.runner.ask("DELETE", f"/sandboxes/{sandbox}").status, 204)

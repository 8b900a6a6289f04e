"""The whole IDE, started as a workspace starts it. Only in the image."""

import base64
import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

HOME = Path(os.environ["HOME"])
PATIENCE = 40.0


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Waits for something, at most a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {what}")
        time.sleep(0.05)


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def activity() -> dict[str, object]:
    return json.loads(ask(8686, "/activity")[2])


class Ide:
    """The IDE of a workspace, from its start to its end."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["/opt/berth/agent/berth-agent", "/opt/berth/ide/bin/start-ide"], stdout=subprocess.DEVNULL
        )
        eventually(self.is_ready, "ready")

    def is_ready(self) -> bool:
        try:
            return ask(8686, "/ready")[0] == 200
        except OSError:
            return False

    def stop(self) -> int:
        """Ends it as a pod is ended; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


class Whole(unittest.TestCase):
    ide: Ide
    page: str

    @classmethod
    def setUpClass(cls) -> None:
        HOME.mkdir(exist_ok=True)
        (HOME / ".bashrc").write_text("# mine\n")
        cls.ide = Ide()
        cls.page = ask(8080, "/?folder=/workspace", Host="alice.example.com")[2].decode()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.ide.stop()

    def test_runs_as_nobody_special_on_files_that_nobody_can_change(self) -> None:
        status = Path("/proc/self/status").read_text()
        self.assertEqual((os.getuid(), os.getgid()), (1000, 1000))
        self.assertIn("CapEff:\t0000000000000000\n", status)
        self.assertIn("NoNewPrivs:\t1\n", status)
        with self.assertRaises(OSError):
            Path("/opt/berth/new").touch()

    def test_the_workspace_is_opened_at_once_and_nobody_is_asked_who_they_are(self) -> None:
        status, headers, _ = ask(8080, "/")
        self.assertEqual((status, headers["location"]), (302, "./?folder=/workspace"))

    def test_programs_on_ports_are_shown_on_hosts_beside_the_workspaces_own(self) -> None:
        self.assertIn("//{{port}}--{{host}}/", self.page)

    def test_no_program_on_a_port_is_shown_on_the_editors_own_host(self) -> None:
        for path in ("/proxy/8686/healthz", "/absproxy/8686/healthz"):
            status, _, body = ask(8080, path, Host="alice.example.com")
            self.assertEqual((status, b"ok" in body), (403, False))

    def test_the_editors_scripts_come_compressed_beforehand(self) -> None:
        path = self.page.split('src="')[-1].split('"')[0].replace("./", "/").lstrip("/")
        for encoding in ("gzip", "br"):
            status, headers, body = ask(8080, f"/{path}", Accept_Encoding=encoding)
            self.assertEqual((status, headers["content-encoding"]), (200, encoding))
            self.assertLess(len(body), 6_000_000)
        status, headers, body = ask(8080, f"/{path}", Accept_Encoding="identity")
        self.assertEqual((status, headers.get("content-encoding")), (200, None))

    def test_no_path_leads_out_of_the_editors_files(self) -> None:
        (build,) = {*re.findall(r"stable-[0-9a-f]+", self.page)}
        status, _, body = ask(8080, f"/{build}/static/out/../../../package.json", Accept_Encoding="gzip")
        self.assertNotIn(b'"dependencies"', body)
        self.assertNotEqual(status, 500)

    def test_a_websocket_opens_for_the_workspaces_own_host_only(self) -> None:
        def answer(origin: str) -> bytes:
            key = base64.b64encode(os.urandom(16)).decode()
            with socket.create_connection(("127.0.0.1", 8080), 10) as connection:
                connection.sendall(
                    f"GET /?reconnectionToken=x&reconnection=false&skipWebSocketFrames=false HTTP/1.1\r\n"
                    f"Host: alice.example.com\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
                )
                return connection.recv(1000).splitlines()[0]

        self.assertIn(b" 101 ", answer("https://alice.example.com"))
        self.assertNotIn(b" 101 ", answer("https://evil.example"))

    def test_a_terminals_program_is_a_job_as_long_as_it_runs(self) -> None:
        self.assertEqual(activity()["jobs"], 0)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv("/bin/bash", ["bash", "--norc", "-i"])
        os.write(terminal, b"sleep 1000\n")
        eventually(lambda: activity()["jobs"] == 1, "a job")
        os.write(terminal, b"\x03")
        eventually(lambda: activity()["jobs"] == 0, "no job")
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_a_home_keeps_what_is_there_and_gets_what_is_not(self) -> None:
        self.assertEqual((HOME / ".bashrc").read_text(), "# mine\n")
        settings = json.loads((HOME / ".local/share/code-server/User/settings.json").read_text())
        self.assertEqual(settings["telemetry.telemetryLevel"], "off")

    def test_it_is_one_process_until_somebody_comes(self) -> None:
        lines = [Path("/proc", pid, "cmdline").read_text() for pid in os.listdir("/proc") if pid.isdecimal()]
        programs = [line.split("\0")[0].rpartition("/")[2] for line in lines]
        self.assertEqual(programs.count("node"), 1, programs)


class FromStartToEnd(unittest.TestCase):
    def test_it_ends_by_itself_when_asked(self) -> None:
        ide = Ide()
        began = time.monotonic()
        self.assertEqual(ide.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)


class Languages(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(dir="/workspace")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def shell(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=120
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_c_and_cpp(self) -> None:
        (self.folder / "a.c").write_text('#include <stdio.h>\nint main(void) { puts("c"); }\n')
        (self.folder / "b.cc").write_text('#include <iostream>\nint main() { std::cout << "c++\\n"; }\n')
        (self.folder / "Makefile").write_text("all: a b\n")
        self.assertEqual(self.shell("make -s && ./a && ./b"), "c\nc++\n")

    def test_python_with_an_environment_of_its_own(self) -> None:
        self.assertEqual(self.shell("python3 -m venv env && env/bin/python -c 'print(1 + 1)'"), "2\n")

    def test_node_with_npm(self) -> None:
        self.assertEqual(self.shell("node --print '1 + 1' && npm init --yes > /dev/null && ls"), "2\npackage.json\n")

    def test_git(self) -> None:
        script = "git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git log --format=%s"
        self.assertEqual(self.shell(script), "first\n")


class Contents(unittest.TestCase):
    def test_the_bill_of_materials_names_programs_packages_and_our_own_files(self) -> None:
        bill = json.loads(Path("/opt/berth/sbom.spdx.json").read_text())
        self.assertLessEqual({"git", "node", "code-server", "node-pty"}, {package["name"] for package in bill["packages"]})
        self.assertTrue(any(str(file["fileName"]).endswith("serve.cjs") for file in bill["files"]))

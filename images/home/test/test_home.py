"""The home as a whole: a real one, asked as browsers and programs ask."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType, WSServerHandshakeError

from .support import PATIENCE, ROOT, eventually


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class HomeCase(unittest.IsolatedAsyncioTestCase):
    """A home of its own for each test."""

    async def asyncSetUp(self) -> None:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("home", "identity", "run/jobs"):
            (self.folder / name).mkdir(parents=True)
        self.shell_port, self.gateway_port = free_port(), free_port()
        self.start()
        # Each request on a connection of its own: a home that was restarted knows none of the old.
        self.session = ClientSession(connector=TCPConnector(force_close=True))
        self.addAsyncCleanup(self.session.close)

    def start(self) -> None:
        """Starts the home."""
        settings = {
            "SHELL_PORT": str(self.shell_port),
            "GATEWAY_PORT": str(self.gateway_port),
            "HOME": str(self.folder / "home"),
            "BERTH_RUN": str(self.folder / "run"),
            "BERTH_IDENTITY": str(self.folder / "identity"),
        }
        environ = {**os.environ, **settings}
        self.home = subprocess.Popen([str(ROOT / "berth-home")], env=environ, cwd=self.folder / "home")
        self.addCleanup(self.stop)
        for port in (self.shell_port, self.gateway_port):
            eventually(lambda port=port: is_open(port), "the home")

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        self.home.terminate()
        return self.home.wait(PATIENCE)

    @property
    def shell(self) -> str:
        """Address of the shell."""
        return f"http://localhost:{self.shell_port}"

    @property
    def gateway(self) -> str:
        """Address of the gateway."""
        return f"http://localhost:{self.gateway_port}"


def is_open(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Viewer:
    """A page's end of the line."""

    def __init__(self, line: ClientWebSocketResponse) -> None:
        self.line = line
        self.shown = ""
        self.messages: list[dict[str, object]] = []
        self.place = 0

    async def until(self, text: str) -> None:
        """Waits until something is shown."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.shown:
                message = await self.line.receive()
                if message.type == WSMsgType.BINARY:
                    self.shown += message.data.decode(errors="replace")
                    self.place += len(message.data)
                elif message.type == WSMsgType.TEXT:
                    found = json.loads(message.data)
                    self.messages.append(found)
                    if found["type"] == "begin":
                        self.place = found["at"]
                else:
                    raise AssertionError(f"the line ended: {message}, shown {self.shown!r}")

    async def end(self) -> dict[str, object]:
        """Waits until the line ends; the last message."""
        async with asyncio.timeout(PATIENCE):
            async for message in self.line:
                if message.type == WSMsgType.TEXT:
                    self.messages.append(json.loads(message.data))
        return self.messages[-1]


class Shell(HomeCase):
    async def open(self, query: str = "", **headers: str) -> Viewer:
        """Opens a line as the home's own page does."""
        named = {"Origin": self.shell, **{name.replace("_", "-"): value for name, value in headers.items()}}
        viewer = Viewer(await self.session.ws_connect(f"{self.shell}/terminal{query}", headers=named))
        self.addAsyncCleanup(viewer.line.close)
        return viewer

    async def test_serves_a_page_that_runs_nothing_from_elsewhere(self) -> None:
        async with self.session.get(self.shell) as answer:
            text = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        self.assertIn('src="page.js"', text)
        self.assertNotRegex(text, r'(src|href)="(https?:)?/')
        self.assertIn("default-src 'none'", policy)
        for path in ("page.js", "page.css", "icon.svg", "vendor/xterm.mjs", "vendor/xterm.css", "vendor/addon-fit.mjs"):
            async with self.session.get(f"{self.shell}/{path}") as answer:
                self.assertEqual(answer.status, 200, path)
        for path in ("/nothing", "/../berth-home", "/%2e%2e/berth-home", "/vendor/../../berth-home", "//etc/passwd"):
            # As it is: other clients take such a path apart themselves.
            connection = http.client.HTTPConnection("localhost", self.shell_port)
            connection.request("GET", path)
            self.assertEqual(connection.getresponse().status, 404, path)
            connection.close()

    async def test_runs_what_is_typed(self) -> None:
        viewer = await self.open()
        await viewer.line.send_bytes(b"echo $((40 + 2)) $TERM $HOME\n")
        await viewer.until(f"42 xterm-256color {self.folder}/home")
        self.assertTrue((self.folder / "run" / "input").exists(), "keys count as input")

    async def test_takes_the_size_of_the_window(self) -> None:
        viewer = await self.open()
        await viewer.line.send_json({"columns": 123, "rows": 45})
        await viewer.line.send_bytes(b"stty size\n")
        await viewer.until("45 123")
        for nonsense in ("{", "5", '{"columns": 0, "rows": 5}', '{"columns": "a", "rows": 5}', '{"columns": 1e9}'):
            await viewer.line.send_str(nonsense)
        await viewer.line.send_bytes(b"echo sti''ll there\n")
        await viewer.until("still there")

    async def test_goes_on_while_nobody_looks_and_shows_only_what_is_new(self) -> None:
        first = await self.open()
        await first.line.send_bytes(b"echo be''fore; until test -e go; do sleep 0.02; done; echo af''ter\n")
        await first.until("before")
        await first.line.close()
        (self.folder / "home" / "go").touch()
        second = await self.open(f"?from={first.place}")
        await second.until("after")
        self.assertNotIn("before", second.shown)
        self.assertEqual([message["type"] for message in second.messages], ["begin"])

    async def test_shows_all_that_is_kept_to_who_comes_anew(self) -> None:
        first = await self.open()
        await first.line.send_bytes(b"echo be''fore\n")
        await first.until("before")
        second = await self.open()
        await second.until("before")
        self.assertEqual([message["type"] for message in second.messages], ["reset", "begin"])
        begin = second.messages[1]
        self.assertEqual(begin["at"], 0)
        self.assertGreater(int(str(begin["old"])), 0)

    async def test_gives_each_name_a_terminal_of_its_own_but_not_too_many(self) -> None:
        for index in range(8):
            viewer = await self.open(f"?session=s{index}")
            await viewer.until("$ ")
        for query in ("?session=one-more", "?session=../x", "?session="):
            with self.assertRaises(WSServerHandshakeError) as raised:
                await self.open(query)
            self.assertEqual(raised.exception.status, 429 if "more" in query else 422)

    async def test_says_how_the_shell_ended_and_begins_another(self) -> None:
        viewer = await self.open()
        await viewer.line.send_bytes(b"exit 7\n")
        self.assertEqual(await viewer.end(), {"type": "end", "code": 7})
        again = await self.open()
        await again.line.send_bytes(b"echo a''gain\n")
        await again.until("again")

    async def test_makes_a_program_wait_that_shows_more_than_anybody_can_follow(self) -> None:
        viewer = await self.open()
        await viewer.line.send_bytes(b"yes\n")
        await viewer.until("y\r\ny")
        # Nothing is taken from the line from here on: `yes` is stopped in a write, and uses no processor.
        eventually(lambda: is_waiting("yes"), "yes waits")
        other = await self.open("?session=other")
        await other.line.send_bytes(b"echo al''ive\n")
        await other.until("alive")

    async def test_refuses_pages_of_other_sites(self) -> None:
        for origin in ("https://evil.example.com", "null", "", f"http://localhost:{self.gateway_port}"):
            with self.assertRaises(WSServerHandshakeError, msg=origin) as raised:
                await self.open("", Origin=origin)
            self.assertEqual(raised.exception.status, 403)

    async def test_works_behind_a_proxy_under_any_name(self) -> None:
        for headers in (
            {"Origin": "https://alice.example.com", "Host": "alice.example.com"},
            {"Origin": "https://alice.example.com", "Host": "alice.example.com:443"},
            {"Origin": "https://alice.example.com", "X_Forwarded_Host": "alice.example.com"},
            {"Origin": "https://Alice.example.com:8443", "Host": "alice.example.com:8443"},
        ):
            viewer = await self.open("?session=proxy", **headers)
            await viewer.until("$ ")

    async def test_counts_what_runs_in_the_foreground_as_a_job(self) -> None:
        viewer = await self.open()
        await viewer.until("$ ")
        jobs = self.folder / "run" / "jobs"
        self.assertEqual(os.listdir(jobs), [])
        await viewer.line.send_bytes(b"sleep 100\n")
        eventually(lambda: os.listdir(jobs) == ["shell-main"], "the job")
        self.assertTrue(Path("/proc", (jobs / "shell-main").read_text()).exists())
        await viewer.line.send_bytes(b"\x03")
        eventually(lambda: os.listdir(jobs) == [], "the job's end")

    async def test_hangs_up_at_the_end_and_keeps_the_history(self) -> None:
        viewer = await self.open()
        await viewer.line.send_bytes(b"trap 'echo told > told; exit' HUP; cat\n")
        eventually(lambda: is_waiting("cat"), "cat")
        other = await self.open("?session=other")
        await other.line.send_bytes(b"echo remember-this; PS1=ne''xt\n")
        await other.until("next")
        self.assertEqual(self.stop(), 0)
        self.assertEqual((self.folder / "home" / "told").read_text(), "told\n")
        self.assertIn("echo remember-this", (self.folder / "home" / ".bash_history").read_text())
        self.assertFalse(is_waiting("cat"))

    async def test_keeps_the_history_even_when_it_is_killed(self) -> None:
        viewer = await self.open()
        await viewer.line.send_bytes(b"echo remember-this; PS1=ne''xt\n")
        await viewer.until("next")
        self.home.send_signal(signal.SIGKILL)
        self.home.wait(PATIENCE)
        self.assertIn("echo remember-this", (self.folder / "home" / ".bash_history").read_text())


def is_waiting(name: str) -> bool:
    """Whether there is a process of this name, and it waits."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                text = (folder / "stat").read_text()
            except OSError:
                continue
            if f"({name}) S" in text:
                return True
    return False


class Gateway(HomeCase):
    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        """One request."""
        async with self.session.request(method, self.gateway + path, json=body) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else {}

    async def test_is_healthy_without_counting_as_use(self) -> None:
        self.assertEqual(await self.ask("GET", "/health"), (200, {"status": "ok"}))
        self.assertFalse((self.folder / "run" / "input").exists())
        await self.ask("GET", "/v1/home")
        self.assertTrue((self.folder / "run" / "input").exists())

    async def test_says_whose_home_it_is_as_soon_as_it_is_somebodys(self) -> None:
        _, before = await self.ask("GET", "/v1/home")
        self.assertEqual([before[name] for name in ("workspace", "owner", "url")], [None, None, None])
        for name, value in {"owner": "alice", "host": "alice.example.com", "token": "hidden-5c2"}.items():
            (self.folder / "identity" / name).write_text(value)
        _, after = await self.ask("GET", "/v1/home")
        self.assertEqual((after["owner"], after["url"]), ("alice", "https://alice.example.com"))
        self.assertNotIn("5c2", json.dumps(after))
        disk = after["disk"]
        assert isinstance(disk, dict)
        self.assertGreater(disk["totalBytes"], 0)

    async def test_keeps_notes_over_a_restart(self) -> None:
        status, note = await self.ask("POST", "/v1/notes", {"title": "Milk", "text": "é"})
        self.assertEqual(status, 201)
        _, changed = await self.ask("PATCH", f"/v1/notes/{note['id']}", {"title": "Bread"})
        self.assertEqual((changed["title"], changed["text"], changed["createdAt"]), ("Bread", "é", note["createdAt"]))
        self.home.kill()
        self.home.wait(PATIENCE)
        self.start()
        self.assertEqual(await self.ask("GET", f"/v1/notes/{note['id']}"), (200, changed))
        self.assertEqual(await self.ask("GET", "/v1/notes"), (200, {"notes": [changed]}))
        self.assertEqual((await self.ask("DELETE", f"/v1/notes/{note['id']}"))[0], 204)
        self.assertEqual(await self.ask("GET", "/v1/notes"), (200, {"notes": []}))

    async def test_refuses_wrong_notes_naming_field_value_and_fix(self) -> None:
        status, problem = await self.ask("POST", "/v1/notes", {"title": 5, "text": "x" * 70_000})
        self.assertEqual(status, 422)
        errors = problem["errors"]
        assert isinstance(errors, list)
        self.assertEqual([error["field"] for error in errors], ["title", "text"])
        self.assertEqual(errors[0], {"field": "title", "value": "5", "fix": "Write a text of at most 200 bytes."})
        self.assertEqual((await self.ask("POST", "/v1/notes", {"colour": "red"}))[0], 422)
        self.assertEqual((await self.ask("POST", "/v1/notes", ["x"]))[0], 400)
        self.assertEqual((await self.ask("PUT", "/v1/notes"))[0], 405)

    async def test_finds_no_note_beside_its_own(self) -> None:
        for name in ("0123456789abcdef", "../../etc/passwd", "%2e%2e%2fsecret", "x"):
            self.assertEqual((await self.ask("GET", f"/v1/notes/{name}"))[0], 404, name)
            self.assertEqual((await self.ask("DELETE", f"/v1/notes/{name}"))[0], 404, name)

    async def test_refuses_what_a_page_of_another_site_could_send(self) -> None:
        headers = {"Content-Type": "text/plain"}
        async with self.session.post(f"{self.gateway}/v1/notes", data="{}", headers=headers) as answer:
            self.assertEqual(answer.status, 415)

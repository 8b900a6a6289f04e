"""Who the workspace is for."""

import os
import shutil
import tempfile
import threading
import unittest
from pathlib import Path

from .support import AgentCase, eventually

from berth_agent.children import Children  # isort: skip
from berth_agent.identity import Identity, environ_of, read_identity  # isort: skip
from berth_agent.server import is_loopback_peer  # isort: skip


class IdentityOfAWorkspace(AgentCase):
    def put(self, version: str, **values: str) -> None:
        """Writes an identity as the kubelet does: a folder, and a link that is swapped."""
        folder = self.identity / f"..{version}"
        folder.mkdir()
        for name, value in values.items():
            (folder / name).write_text(value)
            if not (self.identity / name).is_symlink():
                (self.identity / name).symlink_to(f"..data/{name}")
        link = self.identity / "..new"
        link.symlink_to(folder.name)
        link.rename(self.identity / "..data")

    def test_is_nobodys_until_the_files_come_and_follows_their_changes(self) -> None:
        self.program("identity.d/10-tell", f'echo "$BERTH_OWNER at $BERTH_URL" >> {self.folder}/told')
        self.start("sleep", "60")
        self.assertEqual(self.get("/identity")[0], 404)
        self.put("1", workspace="ws-a", owner="alice", name="den", host="alice.example.com", token="hidden-5c2")
        told = self.folder / "told"
        eventually(told.exists, "the program was told")
        self.assertEqual(
            self.get_json("/identity"),
            {
                "workspace": "ws-a",
                "owner": "alice",
                "name": "den",
                "host": "alice.example.com",
                "url": "https://alice.example.com",
            },
        )
        self.put("2", workspace="ws-a", owner="alice", name="den", host="other.example.com", token="hidden-5c2")
        eventually(lambda: len(told.read_text().splitlines()) == 2, "the program was told of the change")
        self.assertEqual(
            told.read_text().splitlines(), ["alice at https://alice.example.com", "alice at https://other.example.com"]
        )

    def test_never_shows_in_the_log(self) -> None:
        self.program("identity.d/10-prints", 'echo "$BERTH_TOKEN $BERTH_OWNER"; env; exit 1')
        self.program("identity.d/20-next", f"touch {self.folder}/told")
        process = self.start("sleep", "60")
        self.put("1", owner="alice-5c2", token="hidden-5c2")
        eventually((self.folder / "told").exists, "the next program")
        self.assertEqual(self.get("/identity")[1], '{"owner": "alice-5c2"}\n')
        process.terminate()
        _, log = process.communicate(timeout=10)
        self.assertIn("told of the identity", log)
        self.assertNotIn("5c2", log)

    def test_is_for_callers_within_the_workspace_only(self) -> None:
        self.put("1", owner="alice")
        self.start("sleep", "60")
        eventually(lambda: self.get("/identity")[0] == 200, "the identity")
        # A page that leads its own name to 127.0.0.1.
        self.assertEqual(self.get("/identity", {"Host": "evil.example.com:8686"})[0], 403)


class Look(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.children = Children()
        (self.folder / "programs").mkdir()
        (self.folder / "identity").mkdir()
        (self.folder / "identity" / "owner").write_text("alice")
        program = self.folder / "programs" / "10-fails-once"
        program.write_text(f'#!/bin/sh\necho x >> {self.folder}/runs\n[ "$(wc -l < {self.folder}/runs)" -gt 1 ]\n')
        program.chmod(0o755)
        stop = threading.Event()
        reaper = threading.Thread(target=self._reap, args=[stop])
        reaper.start()
        self.addCleanup(reaper.join)
        self.addCleanup(stop.set)

    def _reap(self, stop: threading.Event) -> None:
        while not stop.wait(0.01):
            self.children.reap()

    def runs(self) -> int:
        return len((self.folder / "runs").read_text().splitlines())

    def test_tells_a_program_that_failed_again_after_a_while_and_then_no_more(self) -> None:
        identity = Identity(self.folder / "identity", self.folder / "programs", self.children, os.environ)
        identity.look(100)
        identity.look(105)
        self.assertEqual(self.runs(), 1)
        identity.look(111)
        self.assertEqual(self.runs(), 2)
        identity.look(200)
        self.assertEqual(self.runs(), 2)


class Pure(unittest.TestCase):
    def test_names_values_for_programs(self) -> None:
        values = {"owner": "a", "git.token": "b", "some-key": "c", "bad": "\0"}
        self.assertEqual(environ_of(values), {"BERTH_OWNER": "a", "BERTH_GIT_TOKEN": "b", "BERTH_SOME_KEY": "c"})

    def test_of_a_missing_folder_is_empty(self) -> None:
        self.assertEqual(read_identity(Path("/nowhere")), {})

    def test_knows_who_asks_from_within(self) -> None:
        for address, host, expected in (
            ("127.0.0.1", "localhost:8686", True),
            ("::1", "[::1]:8686", True),
            ("::ffff:127.0.0.1", "127.0.0.1", True),
            ("10.1.2.3", "localhost", False),
            ("::ffff:10.1.2.3", "127.0.0.1", False),
            ("127.0.0.1", "evil.example.com", False),
            ("127.0.0.1", None, False),
            ("fe80::1%eth0", "localhost", False),
        ):
            self.assertEqual(is_loopback_peer(address, host), expected, (address, host))

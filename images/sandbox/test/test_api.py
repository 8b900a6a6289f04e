"""The runner's API, asked as its callers ask."""

import io
import json
import os
import signal
import subprocess
import tarfile
import unittest
from pathlib import Path

from . import support
from .support import Runner, RunnerCase, eventually


def archive(*members: tuple[str, bytes | None, str]) -> bytes:
    """A tar archive of names with content, or with where a link points."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content, link in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, link
                tar.addfile(info)
            else:
                info.size, info.mode = len(content), 0o755
                tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


if support.IN_IMAGE:

    class Sandboxes(RunnerCase):
        def test_are_made_shown_listed_and_removed(self) -> None:
            answer = self.runner.ask("POST", "/sandboxes", {"seconds": 5, "diskMiB": 8})
            self.assertEqual(answer.status, 201)
            made = answer.json()
            self.assertEqual(
                made["limits"], {"seconds": 5, "memoryMiB": 256, "processes": 64, "outputKiB": 1024, "diskMiB": 8}
            )
            path = f"/sandboxes/{made['id']}"
            self.assertEqual(self.runner.ask("GET", path).json(), made)
            self.assertIn(made, self.runner.ask("GET", "/sandboxes").json()["sandboxes"])  # type: ignore[arg-type]
            self.assertEqual(self.runner.ask("DELETE", path).status, 204)
            self.assertEqual(self.runner.ask("GET", path).status, 404)
            self.assertFalse((self.root / "sandboxes" / str(made["id"])).exists())

        def test_refuse_wrong_limits_naming_field_value_and_fix(self) -> None:
            answer = self.runner.ask("POST", "/sandboxes", {"seconds": -1, "colour": "red"})
            self.assertEqual(answer.status, 422)
            self.assertEqual(
                answer.json()["errors"],
                [
                    {
                        "field": "colour",
                        "value": "red",
                        "fix": "There is no such field: use seconds, memoryMiB, processes, outputKiB, diskMiB.",
                    }
                ],
            )
            answer = self.runner.ask("POST", "/sandboxes", {"seconds": -1})
            self.assertEqual(
                answer.json()["errors"],
                [{"field": "seconds", "value": "-1", "fix": "Write a whole number from 1 to 3600."}],
            )

        def test_refuse_what_a_page_of_another_site_could_send(self) -> None:
            self.assertEqual(self.runner.ask("POST", "/sandboxes", "{}", Content_Type="text/plain").status, 415)

        def test_say_what_cannot_be_read(self) -> None:
            for body in ("{", "[]", "5", '"x"', "[" * 100_000):
                answer = self.runner.ask("POST", "/sandboxes", body, Content_Type="application/json")
                self.assertEqual(answer.status, 400, body[:10])
            self.assertEqual(self.runner.ask("GET", "/nothing").json()["type"], "urn:berth:problem:not-found")
            self.assertEqual(self.runner.ask("PATCH", "/sandboxes").status, 405)

    class Running(RunnerCase):
        def test_runs_code_in_every_language_beside_the_files(self) -> None:
            sandbox = self.runner.create()
            self.runner.ask("PUT", f"/sandboxes/{sandbox}/files/helper.py", "def two(): return 2")
            for language, code in (
                ("python", "import helper; print(helper.two())"),
                ("bash", "cat helper.py | wc -l; echo 2"),
                ("node", "console.log(require('fs').readdirSync('.').includes('helper.py') ? 2 : 0)"),
            ):
                found = self.runner.run(sandbox, {"language": language, "code": code})
                self.assertEqual(found.stdout.split()[-1], "2", found)
            names = self.runner.run(sandbox, {"command": ["ls", "-A"]}).stdout.split()
            self.assertEqual(names, ["__pycache__", "helper.py"], "the files of the code are gone")

        def test_streams_while_the_program_runs(self) -> None:
            sandbox = self.runner.create()
            with self.runner.begun(sandbox, "echo first; until test -e go; do sleep 0.02; done; echo last") as response:
                self.assertEqual(response.readline(), b'{"stdout": "first\\n"}\n')
                self.assertEqual(self.runner.ask("GET", f"/sandboxes/{sandbox}").json()["running"], True)
                self.runner.ask("PUT", f"/sandboxes/{sandbox}/files/go", "")
                self.assertEqual(response.readline(), b'{"stdout": "last\\n"}\n')
                report = json.loads(response.readline())
            self.assertEqual(report["exit"], 0)
            shown = self.runner.ask("GET", f"/sandboxes/{sandbox}").json()
            self.assertEqual((shown["running"], shown["lastRun"]), (False, report))

        def test_gives_input_and_environment(self) -> None:
            body = {"language": "bash", "code": 'cat; echo "$NAME"', "stdin": "in ", "env": {"NAME": "é"}}
            self.assertEqual(self.run_once(body).stdout, "in é\n")

        def test_lets_one_thing_run_in_a_sandbox_and_ends_it_with_the_sandbox(self) -> None:
            sandbox = self.runner.create()
            with self.runner.begun(sandbox, "echo $$; sleep 100") as response:
                pid = json.loads(response.readline())["stdout"].strip()
                job = self.runner.run_folder / "jobs" / f"run-{sandbox}"
                self.assertTrue(Path("/proc", job.read_text()).exists())
                self.assertEqual(
                    self.runner.ask("POST", f"/sandboxes/{sandbox}/run", {"command": ["true"]}).status, 409
                )
                self.assertEqual(self.runner.ask("DELETE", f"/sandboxes/{sandbox}").status, 204)
                self.assertEqual(json.loads(response.readline())["reason"], "killed")
            self.assertFalse(Path("/proc", pid).exists())
            self.assertFalse(job.exists())

        def test_ends_a_run_whose_caller_has_gone(self) -> None:
            sandbox = self.runner.create()
            with self.runner.begun(sandbox, "echo up; sleep 100") as response:
                response.readline()
            path = f"/sandboxes/{sandbox}"
            eventually(lambda: self.runner.ask("GET", path).json()["running"] is False, "the run's end")
            self.assertEqual(self.runner.ask("GET", path).json()["lastRun"]["reason"], "killed")  # type: ignore[index]

        def test_reports_a_run_whose_keeper_was_killed_and_ends_what_it_kept(self) -> None:
            sandbox = self.runner.create()
            with self.runner.begun(sandbox, "setsid sleep 100 & echo $!; wait") as response:
                pid = json.loads(response.readline())["stdout"].strip()
                keeper = (self.runner.run_folder / "jobs" / f"run-{sandbox}").read_text()
                os.kill(int(keeper), signal.SIGKILL)
                report = json.loads(response.readline())
            self.assertEqual(report, {"exit": None, "signal": None, "reason": "killed"})
            self.assertFalse(Path("/proc", pid).exists())

        def test_hands_out_no_more_than_the_workspace_has(self) -> None:
            free = self.runner.ask("GET", "/health").json()["free"]
            assert isinstance(free, dict)
            most = {"memoryMiB": free["memoryMiB"]}
            first, second = self.runner.create(**most), self.runner.create(**most)
            with self.runner.begun(first, "echo up; sleep 100") as response:
                response.readline()
                answer = self.runner.ask("POST", f"/sandboxes/{second}/run", {"command": ["true"]})
                self.assertEqual((answer.status, answer.json()["type"]), (429, "urn:berth:problem:limit-reached"))
                self.runner.ask("DELETE", f"/sandboxes/{first}")
            self.assertEqual(self.runner.run(second, {"command": ["true"]}).report["exit"], 0)

        def test_is_seen_by_the_agent_as_use(self) -> None:
            before = self.runner.run_folder / "input"
            before.unlink(missing_ok=True)
            self.runner.ask("GET", "/health")
            self.assertFalse(before.exists())
            self.runner.ask("GET", "/sandboxes")
            self.assertTrue(before.exists())

    class Files(RunnerCase):
        def setUp(self) -> None:
            self.sandbox = self.runner.create(diskMiB=4)
            self.files = f"/sandboxes/{self.sandbox}/files"
            self.addCleanup(self.runner.ask, "DELETE", f"/sandboxes/{self.sandbox}")

        def bash_here(self, code: str) -> None:
            """Runs a script in this test's sandbox."""
            found = self.runner.run(self.sandbox, {"language": "bash", "code": code})
            self.assertEqual(found.report["exit"], 0, found)

        def test_go_in_and_out_whole(self) -> None:
            content = os.urandom(300_000)
            answer = self.runner.ask("PUT", f"{self.files}/a/b/c.bin", content)
            self.assertEqual(answer.json(), {"path": "a/b/c.bin", "bytes": 300_000})
            self.assertEqual(self.runner.ask("GET", f"{self.files}/a/b/c.bin").body, content)

        def test_replace_and_are_seen_by_programs(self) -> None:
            for text in ("one", "two"):
                self.runner.ask("PUT", f"{self.files}/f", text)
            self.assertEqual(self.runner.run(self.sandbox, {"command": ["cat", "f"]}).stdout, "two")

        def test_go_in_and_out_as_folders(self) -> None:
            body = archive(("x/run.sh", b"#!/bin/sh\necho hi\n", ""), ("x/link", None, "run.sh"), ("empty", b"", ""))
            answer = self.runner.ask("PUT", f"{self.files}/in", body, Content_Type="application/x-tar")
            self.assertEqual(answer.json(), {"path": "in", "files": 3})
            self.assertEqual(self.runner.run(self.sandbox, {"command": ["in/x/link"]}).stdout, "hi\n")
            out = self.runner.ask("GET", self.files).body
            with tarfile.open(fileobj=io.BytesIO(out)) as tar:
                names = sorted(tar.getnames())
                self.assertEqual(names, ["in", "in/empty", "in/x", "in/x/link", "in/x/run.sh"])
                self.assertEqual(tar.getmember("in/x/link").linkname, "run.sh")
                self.assertEqual(tar.getmember("in/x/run.sh").mode & 0o777, 0o755)

        def test_take_nothing_that_leads_out(self) -> None:
            self.bash_here("ln -s / out; ln -s /etc/passwd secret; mkdir d; ln -s ../../../.. d/up; mkfifo pipe")
            for path in ("out/etc/passwd", "secret", "d/up/etc/passwd", "pipe", "out"):
                self.assertEqual(self.runner.ask("GET", f"{self.files}/{path}").status, 422, path)
            for path in ("out/tmp/evil", "d/up/evil"):
                self.assertEqual(self.runner.ask("PUT", f"{self.files}/{path}", "x").status, 422, path)
            for path in ("../../evil", "a/../../evil", "%2e%2e/%2e%2e/evil", "..%2f..%2fevil"):
                self.assertIn(self.runner.ask("PUT", f"{self.files}/{path}", "x").status, (404, 422), path)
            self.assertEqual(list(self.root.rglob("evil")), [])

        def test_replace_a_link_instead_of_writing_through_it(self) -> None:
            other = self.root / "other"
            other.write_text("mine")
            self.bash_here(f"ln -s {other} f; ln -s {other} g")
            self.assertEqual(self.runner.ask("PUT", f"{self.files}/f", "theirs").status, 200)
            body = archive(("g", b"theirs", ""))
            self.assertEqual(self.runner.ask("PUT", self.files, body, Content_Type="application/x-tar").status, 200)
            self.assertEqual(other.read_text(), "mine")
            self.assertEqual(self.runner.ask("GET", f"{self.files}/g").body, b"theirs")

        def test_of_an_archive_stay_within(self) -> None:
            for name in ("../evil", "/../evil", "a/../../evil"):
                body = archive((name, b"x", ""))
                answer = self.runner.ask("PUT", self.files, body, Content_Type="application/x-tar")
                self.assertEqual(answer.status, 422, name)
            # A link, and then a file through it.
            body = archive(("link", None, str(self.root)), ("link/evil", b"x", ""))
            self.assertEqual(self.runner.ask("PUT", self.files, body, Content_Type="application/x-tar").status, 422)
            self.assertEqual(list(self.root.rglob("evil")), [])

        def test_take_no_devices_and_no_nonsense(self) -> None:
            info = tarfile.TarInfo("device")
            info.type = tarfile.CHRTYPE
            answer = self.runner.ask("PUT", self.files, info.tobuf() + bytes(1024), Content_Type="application/x-tar")
            self.assertEqual(answer.status, 422)
            answer = self.runner.ask("PUT", self.files, b"nonsense" * 200, Content_Type="application/x-tar")
            self.assertEqual((answer.status, answer.json()["type"]), (400, "urn:berth:problem:malformed"))

        def test_have_room_for_what_the_limit_says(self) -> None:
            self.assertEqual(self.runner.ask("PUT", f"{self.files}/a", bytes(3 << 20)).status, 200)
            answer = self.runner.ask("PUT", f"{self.files}/b", bytes(2 << 20))
            self.assertEqual((answer.status, answer.json()["type"]), (507, "urn:berth:problem:disk-full"))
            body = archive(("b", bytes(2 << 20), ""))
            self.assertEqual(self.runner.ask("PUT", self.files, body, Content_Type="application/x-tar").status, 507)
            names = self.runner.run(self.sandbox, {"command": ["ls", "-A"]}).stdout.split()
            self.assertEqual(names, ["a"], "nothing is left of what found no room")

        def test_that_are_not_there_are_said_to_be(self) -> None:
            self.assertEqual(self.runner.ask("GET", f"{self.files}/none").status, 404)
            self.assertEqual(self.runner.ask("GET", f"{self.files}/none/none").status, 404)
            self.runner.ask("PUT", f"{self.files}/f", "")
            self.assertEqual(self.runner.ask("GET", f"{self.files}/f/g").status, 422)
            self.assertEqual(self.runner.ask("PUT", f"{self.files}/", "x").status, 422)

    class Lives(RunnerCase):
        def test_keeps_sandboxes_over_a_restart_and_says_what_became_of_their_runs(self) -> None:
            root = self.root / "own"
            root.mkdir()
            first = Runner(root)
            kept, other = first.create(seconds=9), first.create()
            first.ask("PUT", f"/sandboxes/{kept}/files/f", "still here")
            with first.begun(other, "echo $$; sleep 100") as response:
                pid = json.loads(response.readline())["stdout"].strip()
                first.process.kill()
                first.process.wait()
            eventually(lambda: not Path("/proc", pid).exists(), "the keeper ends its run when the runner is gone")
            (root / "sandboxes" / ".removed-1").mkdir()
            second = Runner(root)
            self.addCleanup(second.stop)
            shown = second.ask("GET", f"/sandboxes/{kept}").json()
            self.assertEqual((shown["limits"]["seconds"], shown["lastRun"]), (9, None))  # type: ignore[index]
            self.assertEqual(second.ask("GET", f"/sandboxes/{kept}/files/f").body, b"still here")
            lost = second.ask("GET", f"/sandboxes/{other}").json()
            self.assertEqual(lost["lastRun"], {"exit": None, "signal": None, "reason": "killed"})
            self.assertEqual(sorted(os.listdir(root / "sandboxes")), sorted([kept, other]))

        def test_tells_callers_when_it_is_told_to_stop(self) -> None:
            root = self.root / "stopped"
            root.mkdir()
            runner = Runner(root)
            sandbox = runner.create()
            with runner.begun(sandbox, "echo up; sleep 100") as response:
                response.readline()
                runner.process.terminate()
                self.assertEqual(json.loads(response.readline())["reason"], "killed")
            self.assertEqual(runner.process.wait(support.PATIENCE), 0)

    class Settings(unittest.TestCase):
        def test_that_cannot_be_used_are_said_with_the_way_out(self) -> None:
            for name, value, words in (
                ("RUNNER_PORT", "80", "RUNNER_PORT: found '80'. Write a whole number from 1024 to 65535."),
                ("RUNNER_LANDLOCK", "on", "RUNNER_LANDLOCK: found 'on'. Write one of auto, off."),
                ("RUNNER_ROOT", "/nowhere", "RUNNER_ROOT: found '/nowhere'. Name a folder that is there"),
                ("RUNNER_ROOT", "/etc", f"RUNNER_ROOT: found '/etc'. Name a folder that user {os.getuid()} can write"),
            ):
                command = [str(support.ROOT / "berth-runner")]
                found = subprocess.run(command, env={name: value}, capture_output=True, text=True)
                self.assertEqual(found.returncode, 2, found)
                self.assertIn(words, found.stderr)

    class FromWithin(RunnerCase):
        environ = {"RUNNER_FROM_WITHIN": "refuse"}

        def test_is_told_only_that_the_runner_is_there(self) -> None:
            self.assertEqual(self.runner.ask("GET", "/health").status, 200)
            for method, path in (("GET", "/sandboxes"), ("POST", "/sandboxes"), ("DELETE", "/sandboxes/x")):
                answer = self.runner.ask(method, path)
                self.assertEqual((answer.status, answer.json()["type"]), (403, "urn:berth:problem:forbidden"))

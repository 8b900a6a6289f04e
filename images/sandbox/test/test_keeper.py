"""A keeper by itself: harmless programs, so these run anywhere."""

import json
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from . import support

from berth_sandbox.keeper.spec import RunSpec  # isort: skip
from berth_sandbox.keeper.tree import all_processes  # isort: skip

KEEPER = str(support.ROOT / "berth-keeper")


class Keeper(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("files", "tmp"):
            (self.folder / name).mkdir()
        self.spec = RunSpec(
            command=["true"],
            folder=str(self.folder),
            work=str(self.folder / "files"),
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            stdin="",
            seconds=20,
            memory_bytes=128 * 2**20,
            processes=16,
            output_bytes=64 * 1024,
            disk_bytes=8 * 2**20,
            protected=[1],
            landlock=True,
        )

    def keep(self, *command: str, **changes: object) -> tuple[list[dict[str, str]], dict[str, object]]:
        """Keeps a run; what it printed, and the report."""
        spec = replace(self.spec, command=list(command), **changes)  # type: ignore[arg-type]
        with subprocess.Popen([KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
            assert keeper.stdin is not None and keeper.stdout is not None
            keeper.stdin.write(spec.to_line())
            keeper.stdin.flush()
            lines = [json.loads(line) for line in keeper.stdout]
        self.assertEqual(keeper.returncode, 0)
        return lines[:-1], lines[-1]

    def text(self, *command: str, **changes: object) -> str:
        """What a program printed on its standard output."""
        lines, _ = self.keep(*command, **changes)
        return "".join(line.get("stdout", "") for line in lines)

    def test_reports_exit_codes(self) -> None:
        for code in (0, 3, 255):
            _, report = self.keep("sh", "-c", f"exit {code}")
            self.assertEqual((report["exit"], report["signal"], report["reason"]), (code, None, None))

    def test_reports_the_signal_that_ended_a_program(self) -> None:
        _, report = self.keep("sh", "-c", "kill -USR1 $$")
        self.assertEqual((report["exit"], report["signal"], report["reason"]), (None, "USR1", None))

    def test_says_that_a_program_is_missing_as_a_shell_does(self) -> None:
        lines, report = self.keep("no-such-program")
        self.assertEqual(lines, [{"stderr": "no-such-program: No such file or directory\n"}])
        self.assertEqual(report["exit"], 127)

    def test_passes_on_both_outputs_in_order(self) -> None:
        lines, _ = self.keep("sh", "-c", "echo a; sleep 0.1; echo b >&2; sleep 0.1; echo c")
        self.assertEqual(lines, [{"stdout": "a\n"}, {"stderr": "b\n"}, {"stdout": "c\n"}])

    def test_feeds_input_however_long_and_ends_it(self) -> None:
        self.assertEqual(self.text("wc", "-c", stdin="é" * 300_000).strip(), "600000")
        self.assertEqual(self.text("true", stdin="nobody reads " * 100_000), "")

    def test_keeps_characters_whole_that_come_in_halves(self) -> None:
        script = r"printf '\303'; sleep 0.1; printf '\251'; printf '\377'"
        self.assertEqual(self.text("sh", "-c", script), "é\N{REPLACEMENT CHARACTER}")

    def test_gives_a_program_its_folder_and_environment_only(self) -> None:
        self.assertEqual(self.text("pwd").strip(), str(self.folder / "files"))
        found = self.text("env", env={"PATH": "/usr/bin:/bin", "A": "b"})
        self.assertEqual(set(found.split()), {"PATH=/usr/bin:/bin", "A=b"})

    def test_ends_a_run_when_its_time_is_over(self) -> None:
        _, report = self.keep("sleep", "100", seconds=1)
        self.assertEqual((report["exit"], report["signal"], report["reason"]), (None, "KILL", "time"))

    def test_cuts_output_at_its_limit(self) -> None:
        lines, report = self.keep("yes", output_bytes=10_000)
        self.assertEqual(sum(len(line["stdout"]) for line in lines), 10_000)
        self.assertEqual(report["reason"], "output")

    def test_takes_output_of_just_the_limit(self) -> None:
        lines, report = self.keep("head", "-c", "10000", "/dev/zero", output_bytes=10_000)
        self.assertEqual(sum(len(line["stdout"]) for line in lines), 10_000)
        self.assertEqual((report["exit"], report["reason"]), (0, None))

    def test_waits_for_a_runner_that_takes_nothing_instead_of_growing(self) -> None:
        spec = replace(self.spec, command=["yes"], output_bytes=2**30, seconds=2)
        with subprocess.Popen([KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
            assert keeper.stdin is not None and keeper.stdout is not None
            keeper.stdin.write(spec.to_line())
            keeper.stdin.flush()
            # Nothing is read before the run is over: then all that was kept is there, and no more.
            support.eventually(lambda: has_child(keeper.pid), "the program")
            support.eventually(lambda: not has_child(keeper.pid), "the program's end")
            kept = keeper.stdout.read()
        self.assertEqual(json.loads(kept.splitlines()[-1])["reason"], "time")
        self.assertLess(len(kept), 2 * 2**20)

    def test_ends_what_a_program_left_in_the_background(self) -> None:
        lines, report = self.keep("sh", "-c", "(setsid sleep 100 & echo $!); exit 4")
        self.assertEqual(report["exit"], 4)
        self.assertFalse(Path("/proc", lines[0]["stdout"].strip()).exists())

    def test_ends_the_run_when_the_runner_says_so_or_is_gone(self) -> None:
        for word, reason in ((b"", "killed"), (b"memory\n", "memory")):
            with subprocess.Popen([KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
                assert keeper.stdin is not None and keeper.stdout is not None
                keeper.stdin.write(replace(self.spec, command=["sh", "-c", "echo up; sleep 100"]).to_line())
                keeper.stdin.flush()
                self.assertEqual(json.loads(keeper.stdout.readline()), {"stdout": "up\n"})
                keeper.stdin.write(word)
                keeper.stdin.close()
                self.assertEqual(json.loads(keeper.stdout.read())["reason"], reason)

    def test_counts_what_a_run_used(self) -> None:
        script = "import time; x = b'x' * (40 << 20); time.sleep(0.2); open('f', 'wb').write(b'x' * (2 << 20))"
        _, report = self.keep("python3", "-c", script)
        usage = report["usage"]
        assert isinstance(usage, dict)
        self.assertGreater(usage["memoryMiB"], 40)
        self.assertGreater(usage["diskMiB"], 1.9)
        self.assertGreater(usage["seconds"], 0.2)


def has_child(pid: int) -> bool:
    """Whether a process has a child."""
    return any(process.parent == pid for process in all_processes())

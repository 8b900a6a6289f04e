"""
Hostile programs: each stays within its sandbox, is ended, and is reported; and the runner serves on. All of it twice:
with the walls of Landlock, and as on a kernel without.
"""

import os
import subprocess
import unittest
from pathlib import Path
from unittest import mock

from . import support
from .support import Result, RunnerCase, eventually

from berth_sandbox.keeper.tree import all_processes  # isort: skip

if support.IN_IMAGE:
    from berth_sandbox import strays

    class Hostile(RunnerCase):
        def tearDown(self) -> None:
            """Whatever a program did: the runner is there, nothing of the program is, and another one can run."""
            health = self.runner.ask("GET", "/health").json()
            self.assertEqual(health["running"], 0)
            self.assertEqual(self.children(), [])
            self.assertEqual(self.bash("echo fine").stdout, "fine\n")

        def children(self) -> list[int]:
            """What runs below the runner."""
            runner = self.runner.process.pid
            return [found.pid for found in all_processes() if found.parent == runner and not found.is_zombie]

        def assert_ended(self, found: Result, reason: str) -> None:
            """Ended by the keeper, and reported so."""
            self.assertEqual(found.report["reason"], reason, found)

        # Processes

        def test_fork_bomb(self) -> None:
            self.assert_ended(self.bash(":(){ :|:& };:; sleep 100"), "processes")

        def test_fork_bomb_in_sessions_of_its_own(self) -> None:
            code = "import os\nwhile True:\n  try:\n    if os.fork() == 0: os.setsid()\n  except OSError: pass"
            self.assert_ended(self.python(code), "processes")

        def test_threads_without_end(self) -> None:
            code = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=[100]).start()"
            self.assert_ended(self.python(code), "processes")

        def test_daemon_that_outlives_its_program(self) -> None:
            found = self.bash("(setsid sh -c 'trap \"\" TERM HUP INT; while :; do sleep 1; done' &) ; exit 4")
            self.assertEqual(found.report["exit"], 4)

        def test_endless_loop(self) -> None:
            self.assert_ended(self.bash("while :; do :; done", seconds=1), "time")

        def test_program_that_stops_itself(self) -> None:
            self.assert_ended(self.bash("kill -STOP $$", seconds=1), "time")

        # Memory

        def test_memory(self) -> None:
            self.assert_ended(self.python("x = []\nwhile True: x.append(b'x' * (1 << 20))", memoryMiB=64), "memory")

        def test_memory_of_many(self) -> None:
            code = """
            import os
            for _ in range(12):
                if os.fork() == 0:
                    break
            x = []
            while True:
                x.append(b'x' * (1 << 18))
            """
            self.assert_ended(self.python(unindent(code), memoryMiB=96), "memory")

        def test_shared_memory(self) -> None:
            code = """
            import mmap, time
            shared = mmap.mmap(-1, 200 << 20)
            for place in range(0, 200 << 20, 4096):
                shared[place] = 1
            time.sleep(100)
            """
            self.assert_ended(self.python(unindent(code), memoryMiB=64), "memory")

        def test_memory_that_could_never_be_had(self) -> None:
            found = self.python("x = bytearray(1 << 40)")
            self.assertEqual(found.report["exit"], 1)
            self.assertIn("MemoryError", found.stderr)

        def test_memory_of_nobody(self) -> None:
            found = self.python("import os\nos.memfd_create('x')")
            self.assertIn("OSError", found.stderr)

        def test_files_in_shared_memory_go_with_the_run(self) -> None:
            found = self.bash("head -c 1M /dev/zero > /dev/shm/x; mkdir -p /dev/shm/a/b; ls /dev/shm | wc -l")
            self.assertEqual(found.stdout.split(), ["2"])
            self.assertEqual(os.listdir("/dev/shm"), [])

        # Output

        def test_endless_output(self) -> None:
            found = self.bash("yes", outputKiB=10)
            self.assert_ended(found, "output")
            self.assertEqual(len(found.stdout), 10 * 1024)

        def test_endless_errors_without_a_line_end(self) -> None:
            self.assert_ended(self.bash("cat /dev/zero >&2", outputKiB=10), "output")

        def test_output_that_looks_like_a_report(self) -> None:
            found = self.bash("""echo '{"exit": 0, "signal": null, "reason": null}'; exit 3""")
            self.assertEqual(found.report["exit"], 3)

        # Disk

        def test_file_without_end(self) -> None:
            self.assert_ended(self.bash("cat /dev/zero > f", diskMiB=4), "disk")

        def test_files_without_end(self) -> None:
            code = "while :; do i=$((i+1)); head -c 1M /dev/zero > f$i; done"
            self.assert_ended(self.bash(code, diskMiB=8), "disk")

        def test_empty_files_without_end(self) -> None:
            self.assert_ended(self.python("i = 0\nwhile True:\n  open(f'f{i}', 'w').close()\n  i += 1"), "disk")

        def test_folders_without_end(self) -> None:
            self.assert_ended(self.python("import os\nfor _ in range(3000):\n  os.mkdir('d')\n  os.chdir('d')"), "disk")

        def test_huge_file_of_nothing(self) -> None:
            found = self.bash("truncate -s 1T f")
            self.assertNotEqual(found.report["exit"], 0)

        def test_folders_that_cannot_be_entered(self) -> None:
            found = self.bash("mkdir -p a/b; head -c 3M /dev/zero > a/b/f; chmod 0 a/b a", diskMiB=2)
            self.assert_ended(found, "disk")

        # Signals

        def test_signals_to_everybody_and_to_those_who_watch(self) -> None:
            watching = f"1 $PPID {self.runner.process.pid}"
            code = f"for p in -1 {watching}; do kill -9 $p; kill -STOP $p; kill $p; done 2> /dev/null; echo still here"
            found = self.bash(code)
            self.assertEqual((found.stdout, found.report["exit"]), ("still here\n", 0))

        def test_signals_to_each_thread_of_those_who_watch(self) -> None:
            code = """
            import ctypes, os
            libc = ctypes.CDLL(None)
            for pid in (1, os.getppid(), RUNNER):
                for tid in os.listdir(f'/proc/{pid}/task'):
                    libc.syscall(62, int(tid), 9)
                    libc.syscall(200, int(tid), 9)
                    libc.syscall(234, pid, int(tid), 9)
            print('still here')
            """
            code = unindent(code).replace("RUNNER", str(self.runner.process.pid))
            self.assertEqual(self.python(code).stdout, "still here\n")

        def test_limits_put_on_those_who_watch(self) -> None:
            code = """
            import os, resource
            for pid in (int(name) for name in os.listdir('/proc') if name.isdecimal() and int(name) != os.getpid()):
                for work in (lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)),
                             lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                             lambda: os.sched_setaffinity(pid, [0])):
                    try:
                        work()
                        print('done to', pid)
                    except (PermissionError, ProcessLookupError):
                        pass
            """
            self.assertEqual(self.python(unindent(code)).stdout, "")

        def test_program_that_cannot_be_ended_gently(self) -> None:
            code = """
            import signal, time
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            while True:
                time.sleep(1)
            """
            self.assert_ended(self.python(unindent(code), seconds=1), "time")

        # Ways out

        def test_secrets_of_those_who_watch(self) -> None:
            code = "for p in 1 $PPID; do cat /proc/$p/environ /proc/$p/maps /proc/$p/mem; ls /proc/$p/fd; done"
            self.assertEqual(self.bash(code).stdout, "")

        def test_tracing_those_who_watch(self) -> None:
            code = "import ctypes\nl = ctypes.CDLL(None)\nprint([l.ptrace(16, p, 0, 0) for p in (1, %d)])"
            self.assertEqual(self.python(code % self.runner.process.pid).stdout, "[-1, -1]\n")

        def test_more_rights(self) -> None:
            code = "unshare -Ur true; unshare -m true; mount -t tmpfs x .; chroot . true; su -c true; echo $?"
            self.assertNotEqual(self.bash(code).stdout.split()[-1], "0")
            status = self.bash("grep -E 'CapEff|NoNewPrivs' /proc/self/status").stdout
            self.assertEqual(status.split()[1::2], ["0" * 16, "1"])

        def test_sandbox_folder_replaced_by_a_link(self) -> None:
            sandbox = self.runner.create()
            code = "cd ..; rm -rf tmp; mv files away 2>/dev/null && ln -s / files; ln -s / tmp; true"
            self.runner.run(sandbox, {"language": "bash", "code": code})
            for path in ("", "/etc/passwd"):
                found = self.runner.ask("GET", f"/sandboxes/{sandbox}/files{path}")
                self.assertNotIn(b"root:", found.body)
            self.runner.ask("PUT", f"/sandboxes/{sandbox}/files/evil", "x")
            self.assertFalse(Path("/evil").exists())
            self.assertEqual(self.runner.ask("DELETE", f"/sandboxes/{sandbox}").status, 204)

        def test_own_api(self) -> None:
            code = f"curl -s -m 5 -X DELETE localhost:{self.runner.port}/sandboxes/x -o /dev/null -w '%{{http_code}}'"
            self.assertEqual(self.bash(code).stdout, "404", "this runner is told to answer from within")

    class HostileWithoutLandlock(Hostile):
        environ = {"RUNNER_LANDLOCK": "off"}

    class Walls(RunnerCase):
        """What Landlock adds. The kernel of every machine that these tests run on must have it."""

        def test_are_there(self) -> None:
            walls = self.runner.ask("GET", "/health").json()["walls"]
            assert isinstance(walls, dict)
            self.assertGreaterEqual(walls["landlock"], 2)

        def test_keep_a_run_from_everything_but_its_own_files(self) -> None:
            other = self.runner.create()
            self.runner.ask("PUT", f"/sandboxes/{other}/files/f", "secret")
            folder = self.root / "sandboxes" / other / "files"
            code = f"cat {folder}/f; echo x > {folder}/g; ls {self.root} /opt/berth; cat /run/berth/identity/*"
            found = self.bash(code)
            self.assertEqual(found.stdout, "")
            self.assertFalse((folder / "g").exists())

        def test_let_a_run_use_its_own_files_its_scratch_and_the_usual_devices(self) -> None:
            code = "echo a > f; mkdir d; mv f d/g; ln -s g d/h; cat d/h; mktemp > /dev/null; cat <(echo b) < /dev/null"
            found = self.bash(f"{code}; python3 -c 'import multiprocessing as m; m.Lock(); print(\"c\")'")
            self.assertEqual((found.stdout, found.stderr), ("a\nb\nc\n", ""))

    class LastResort(unittest.TestCase):
        """A run that cannot be ended one by one: the test itself takes the runner's place."""

        def test_kills_everything_at_once(self) -> None:
            stray = subprocess.Popen(["sleep", "100"], start_new_session=True)
            with mock.patch.object(strays, "end_all", return_value=False):
                strays.end_strays(set())
            eventually(lambda: stray.poll() is not None, "the stray's end")

        def test_ends_strays_alone_where_that_is_enough(self) -> None:
            stray = subprocess.Popen(["sh", "-c", "sleep 100 & sleep 100"], start_new_session=True)
            kept = subprocess.Popen(["sleep", "100"], start_new_session=True)
            self.addCleanup(kept.wait)
            self.addCleanup(kept.kill)
            strays.end_strays({kept.pid})
            left = [found for found in all_processes() if found.group == stray.pid and not found.is_zombie]
            self.assertEqual(left, [])
            self.assertIsNone(kept.poll())
            stray.poll()


def unindent(code: str) -> str:
    """Code of a test without the test's own indentation."""
    return "\n".join(line[12:] for line in code.strip("\n").splitlines())

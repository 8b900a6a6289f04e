"""How a workspace ends."""

import http.client
import os
import signal
import subprocess
import sys
import unittest

from .support import ROOT, AgentCase, eventually


class Stop(AgentCase):
    def until(self, name: str) -> str:
        """A script that waits for a file."""
        return f"until test -e {self.folder}/{name}; do sleep 0.02; done"

    def test_saves_in_order_then_ends_with_the_main_process_own_code(self) -> None:
        for name in ("10-first", "20-second"):
            self.program(f"stop.d/{name}", f"echo {name} >> {self.folder}/order; echo saved {name}")
        trap = f"trap 'echo main >> {self.folder}/order; exit 7' TERM"
        self.start("sh", "-c", f"{trap}; touch {self.folder}/up; while :; do sleep 0.05; done")
        eventually((self.folder / "up").exists, "the main process")
        code, log = self.stop()
        self.assertEqual(code, 7)
        self.assertEqual((self.folder / "order").read_text().split(), ["10-first", "20-second", "main"])
        saved = [line for line in log if line["message"] == "saved"]
        self.assertEqual([line["output"] for line in saved], ["saved 10-first", "saved 20-second"])

    def test_says_what_could_not_be_saved_and_goes_on(self) -> None:
        self.program("stop.d/10-fails", "echo the disk is full; exit 5")
        self.program("stop.d/20-hangs", "sleep 100")
        self.program("stop.d/30-works", "true")
        self.start("sleep", "60", BERTH_SAVE_SECONDS="1")
        code, log = self.stop()
        self.assertEqual(code, 128 + signal.SIGTERM)
        found = [(line["program"], line["code"]) for line in log if "program" in line]
        self.assertEqual(found, [("10-fails", 5), ("20-hangs", 124), ("30-works", 0)])

    def test_kills_a_main_process_that_does_not_end(self) -> None:
        self.start("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done", BERTH_STOP_SECONDS="1")
        code, log = self.stop()
        self.assertEqual(code, 128 + signal.SIGKILL)
        self.assertIn("did not end in time: killed", [line["message"] for line in log])

    def test_is_not_ready_while_it_ends(self) -> None:
        self.program("stop.d/10-waits", self.until("go"))
        process = self.start("sleep", "60")
        self.assertEqual(self.get("/ready")[0], 200)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: self.get("/ready")[0] == 503, "not ready")
        self.assertIn("stopping", self.get("/ready")[1])
        (self.folder / "go").touch()
        self.assertEqual(self.ended()[0], 128 + signal.SIGTERM)

    def test_does_not_end_before_everything_is_saved_even_if_the_main_process_does(self) -> None:
        self.program(
            "stop.d/10-waits", f"until test -e {self.folder}/gone; do sleep 0.02; done; touch {self.folder}/saved"
        )
        process = self.start(
            "sh", "-c", f"until test -e {self.folder}/end; do sleep 0.02; done; touch {self.folder}/gone; exit 3"
        )
        process.send_signal(signal.SIGTERM)
        eventually(lambda: self.get("/ready")[0] == 503, "stopping")
        (self.folder / "end").touch()
        self.assertEqual(self.ended()[0], 3)
        self.assertTrue((self.folder / "saved").exists())

    def test_ends_when_the_main_process_ends(self) -> None:
        self.start("sh", "-c", f"{self.until('end')}; exit 9")
        (self.folder / "end").touch()
        self.assertEqual(self.ended()[0], 9)

    def test_says_that_a_program_is_missing(self) -> None:
        environ = {"BERTH_AGENT_PORT": str(self.port), "BERTH_RUN": str(self.run_folder), "PATH": os.environ["PATH"]}
        found = subprocess.run([ROOT / "berth-agent", "no-such-program"], env=environ, capture_output=True, text=True)
        self.assertEqual(found.returncode, 127)
        self.assertIn("no-such-program", found.stderr)


class Children(AgentCase):
    def test_reaps_what_others_leave_behind(self) -> None:
        write = f"open('{self.folder}/orphan', 'w').write(str(os.getpid()))"
        orphan = f"import os\nif os.fork() == 0:\n  {write}\n  os._exit(0)\n"
        self.start("sh", "-c", f'{sys.executable} -c "{orphan}"; sleep 60')
        file = self.folder / "orphan"
        eventually(lambda: file.exists() and file.read_text() != "", "the orphan")
        eventually(lambda: not os.path.exists(f"/proc/{file.read_text()}"), "the orphan's end")

    def test_blocks_no_signal_of_what_it_starts(self) -> None:
        self.start("sh", "-c", f"grep SigBlk /proc/self/status > {self.folder}/mask; sleep 60")
        file = self.folder / "mask"
        eventually(lambda: file.exists() and file.read_text() != "", "the mask")
        self.assertEqual(int(file.read_text().split()[1], 16), 0)


if os.environ.get("BERTH_TEST_IN_IMAGE") == "1":

    class FirstProcess(unittest.TestCase):
        """The agent that these tests themselves run below."""

        def test_does_not_end_by_a_signal_from_within(self) -> None:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSTOP, signal.SIGHUP):
                os.kill(1, number)
            connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("BERTH_AGENT_PORT", "8686")))
            connection.request("GET", "/ready")
            self.assertNotIn(b"stopping", connection.getresponse().read())

        def test_cannot_be_looked_into(self) -> None:
            for name in ("environ", "mem", "maps"):
                with self.assertRaises(PermissionError, msg=name), open(f"/proc/1/{name}", "rb") as stream:
                    stream.read(1)

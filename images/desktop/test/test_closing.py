"""Closing everything before the end."""

import os
import signal
import subprocess
import unittest

from .support import APPS, WINDOWS

from berth_desktop.closing import close_all, programs_of, runs
from berth_desktop.windows import parse_windows


class Closing(unittest.TestCase):
    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_asks_each_program_once_however_many_windows_it_has(self) -> None:
        self.assertEqual(programs_of(parse_windows(WINDOWS, APPS)), {38: "gmail", 99: "editor"})

    def test_programs_that_end_are_not_named(self) -> None:
        process = self.start("sleep", "100")
        self.assertEqual(close_all({process.pid: "editor"}, 5.0, runs), [])
        self.assertEqual(process.wait(), -signal.SIGTERM)

    def test_programs_that_stay_are(self) -> None:
        process = self.start("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 100; done")
        process.stdout.readline()
        self.assertEqual(close_all({process.pid: "editor"}, 0.1, runs), ["editor"])

    def test_a_program_that_is_gone_already_does_not_matter(self) -> None:
        process = self.start("true")
        process.wait()
        self.assertEqual(close_all({process.pid: "editor"}, 1.0, runs), [])
        self.assertTrue(runs(os.getpid()))

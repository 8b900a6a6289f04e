"""Whether somebody uses the IDE."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from berth_ide.activity import Process, jobs_of, last_sign, parse_stat, running


class Stat(unittest.TestCase):
    def test_reads_what_counts_past_any_name(self) -> None:
        line = "42 (a (b) c) S 7 42 40 34816 99 4194560 1"
        self.assertEqual(parse_stat(line), Process(42, 42, 40, 34816, 99))

    def test_takes_nothing_for_what_is_no_such_line(self) -> None:
        for line in ("", "42", "x (y) S 1 2 3 4 5", "42 (y) S 1"):
            self.assertIsNone(parse_stat(line))

    def test_knows_every_process(self) -> None:
        self.assertIn(os.getpid(), [process.pid for process in running()])


class Jobs(unittest.TestCase):
    shell = Process(pid=10, group=10, session=10, terminal=34816, foreground=10)

    def test_a_shell_that_waits_is_none(self) -> None:
        self.assertEqual(jobs_of([self.shell]), 0)

    def test_what_runs_in_front_is_one_however_many_processes_it_has(self) -> None:
        busy = Process(10, 10, 10, 34816, 11)
        children = [Process(11, 11, 10, 34816, 11), Process(12, 11, 10, 34816, 11)]
        self.assertEqual(jobs_of([busy, *children]), 1)

    def test_each_terminal_counts(self) -> None:
        self.assertEqual(jobs_of([Process(10, 10, 10, 34816, 11), Process(20, 20, 20, 34817, 21), self.shell]), 2)

    def test_servers_without_a_terminal_do_not(self) -> None:
        self.assertEqual(jobs_of([Process(1, 1, 1, 0, -1), Process(7, 7, 7, 0, -1)]), 0)

    def test_nor_do_terminals_that_are_gone(self) -> None:
        self.assertEqual(jobs_of([Process(10, 10, 10, 34816, -1)]), 0)


class Signs(unittest.TestCase):
    def test_the_last_one_is_the_heartbeats_time(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            heartbeat = Path(folder, "heartbeat")
            self.assertIsNone(last_sign(heartbeat))
            heartbeat.touch()
            os.utime(heartbeat, (1767323045, 1767323045))
            self.assertEqual(last_sign(heartbeat), "2026-01-02T03:04:05Z")

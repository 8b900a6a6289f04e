"""What decides without a kernel: limits, requests, paths, the tree of processes."""

import unittest
from dataclasses import replace
from unittest import mock

from . import support

from berth_sandbox.keeper.tree import Process, below, parse_stat  # isort: skip
from berth_sandbox.keeper.watch import reason_of, signal_name  # isort: skip

MOST_PID = 4194304


def process(pid: int, parent: int) -> Process:
    """Some process."""
    return Process(pid, parent, pid, False, 1, 0)


class Tree(unittest.TestCase):
    def test_finds_all_that_came_of_a_process_in_any_order(self) -> None:
        processes = [process(5, 4), process(2, 1), process(4, 2), process(3, 1), process(6, 99)]
        self.assertEqual({found.pid for found in below(2, processes)}, {4, 5})
        self.assertEqual({found.pid for found in below(1, processes)}, {2, 3, 4, 5})
        self.assertEqual(below(7, processes), [])

    def test_is_not_fooled_by_names(self) -> None:
        fields = "S 7 12 12 0 -1 4194304 90 0 0 0 1 2 0 0 20 0 3 0 100 4096 25 18446744073709551615"
        for name in ("bash", "a b", ") R 1 1", "((x)"):
            found = parse_stat(f"12 ({name}) {fields}")
            self.assertEqual((found.pid, found.parent, found.group, found.threads), (12, 7, 12, 3), name)
        self.assertTrue(parse_stat(f"12 (a) {fields.replace('S', 'Z', 1)}").is_zombie)

    def test_survives_a_circle_which_reused_ids_could_make(self) -> None:
        circle = [process(2, 3), process(3, 2)]
        self.assertEqual({found.pid for found in below(2, circle)}, {2, 3})
        self.assertEqual(replace(circle[0], pid=MOST_PID).pid, MOST_PID)


class Words(unittest.TestCase):
    def test_of_the_runner(self) -> None:
        self.assertEqual([reason_of(word) for word in (b"memory\n", b"killed\n", b"")], ["memory", "killed", "killed"])

    def test_of_signals(self) -> None:
        self.assertEqual([signal_name(number) for number in (9, 25, 41)], ["KILL", "XFSZ", "41"])


if support.IN_IMAGE:
    from berth_agent.metrics import Usage
    from berth_sandbox import guard
    from berth_sandbox.files import parts_of
    from berth_sandbox.limits import Limits, limits_of_file, parse_limits
    from berth_sandbox.request import RunRequest, parse_run
    from berth_web import Problem

    MOST = Limits(seconds=60, memory=512, processes=100, output=2048, disk=40)

    class LimitsOfARequest(unittest.TestCase):
        def test_have_defaults_within_what_there_is(self) -> None:
            self.assertEqual(parse_limits({}, MOST), Limits(30, 256, 64, 1024, 40))

        def test_name_every_wrong_one(self) -> None:
            with self.assertRaises(Problem) as raised:
                parse_limits({"seconds": 0, "memoryMiB": "much", "processes": True, "diskMiB": 41}, MOST)
            found = [(wrong.field, wrong.value, wrong.fix) for wrong in raised.exception.mistakes]
            self.assertEqual(
                found,
                [
                    ("seconds", "0", "Write a whole number from 1 to 60."),
                    ("memoryMiB", "much", "Write a whole number from 16 to 512."),
                    ("processes", "true", "Write a whole number from 1 to 100."),
                    ("diskMiB", "41", "Write a whole number from 1 to 40."),
                ],
            )

        def test_that_a_program_wrote_into_the_file_do_not_count(self) -> None:
            self.assertEqual(limits_of_file({"seconds": 9, "memoryMiB": 10**9}, MOST), Limits(9, 256, 64, 1024, 40))
            self.assertEqual(limits_of_file("nonsense", MOST), parse_limits({}, MOST))

    class Requests(unittest.TestCase):
        def test_are_a_command_or_code(self) -> None:
            self.assertEqual(parse_run({"command": ["ls", "-l"]}), RunRequest(["ls", "-l"]))
            self.assertEqual(
                parse_run({"language": "python", "code": "1", "stdin": "x", "env": {"A": "b"}}),
                RunRequest(["python3"], "1", ".py", "x", {"A": "b"}),
            )

        def test_that_are_wrong_name_the_field(self) -> None:
            for body, field in (
                ({}, "command"),
                ({"command": ["a"], "code": "b"}, "command"),
                ({"command": "ls"}, "command"),
                ({"command": []}, "command"),
                ({"command": [""]}, "command"),
                ({"command": ["a\0b"]}, "command"),
                ({"command": ["\ud800"]}, "command"),
                ({"command": ["x" * 200_000]}, "command"),
                ({"language": "ruby", "code": "1"}, "language"),
                ({"code": "1"}, "language"),
                ({"language": "bash"}, "code"),
                ({"command": ["a"], "stdin": 5}, "stdin"),
                ({"command": ["a"], "env": []}, "env"),
                ({"command": ["a"], "env": {"A=B": "c"}}, "env.A=B"),
                ({"command": ["a"], "env": {"A": 1}}, "env.A"),
            ):
                with self.assertRaises(Problem, msg=body) as raised:
                    parse_run(body)
                self.assertEqual([wrong.field for wrong in raised.exception.mistakes], [field], body)

    class MemoryOfTheWorkspace(unittest.TestCase):
        def test_is_short_when_hardly_any_is_left_of_its_limit(self) -> None:
            for used, limit, expected in ((90, 100, True), (50, 100, False), (90, None, False)):
                usage = Usage(0, used, limit, 1)
                with mock.patch.object(guard, "read_usage", return_value=usage):
                    self.assertEqual(guard.is_short(20), expected, usage)

    class Paths(unittest.TestCase):
        def test_are_names_within_the_sandbox(self) -> None:
            self.assertEqual(parts_of("/a//b/./c/"), ["a", "b", "c"])
            self.assertEqual(parts_of(""), [])

        def test_do_not_lead_out(self) -> None:
            for path in ("..", "a/../b", "a\0b", "x" * 300, "a/" * 600 + "b"):
                with self.assertRaises(Problem, msg=path):
                    parts_of(path)

"""Keeping parts there, and starting apps."""

import tempfile
import threading
import unittest
from collections.abc import Sequence
from pathlib import Path

from .support import APPS, CHROME

from berth_desktop.apps import AppError
from berth_desktop.manager import Keeper, Part, Starter, answer, listen, serve, wait_before
from berth_desktop.requests import ask_to_start, parse_request


class Process:
    """Stands for a program that runs until a test ends it."""

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.returncode = -15


class Spawned:
    """Stands for starting programs."""

    def __init__(self, error: OSError | None = None) -> None:
        self.error = error
        self.commands: list[tuple[str, ...]] = []
        self.processes: list[Process] = []

    def __call__(self, command: Sequence[str], is_quiet: bool = False) -> Process:
        if self.error is not None:
            raise self.error
        self.commands.append(tuple(command))
        self.processes.append(Process())
        return self.processes[-1]


class Keeping(unittest.TestCase):
    def test_starts_a_part_at_its_time(self) -> None:
        spawned = Spawned()
        keeper = Keeper(Part("agent", ("agent",), after=3.0), 100.0, spawned)
        keeper.look(100.0)
        self.assertEqual((spawned.commands, keeper.due), ([], 103.0))
        keeper.look(103.0)
        self.assertEqual((spawned.commands, keeper.due), ([("agent",)], None))

    def test_starts_it_again_when_it_ended_and_waits_longer_each_time(self) -> None:
        spawned = Spawned()
        keeper = Keeper(Part("panel", ("panel",)), 0.0, spawned)
        now, waits = 0.0, []
        keeper.look(now)
        for _ in range(7):
            spawned.processes[-1].returncode = 1
            keeper.look(now)
            waits.append(keeper.due - now)
            now = keeper.due
            keeper.look(now)
        self.assertEqual(waits, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0])

    def test_soon_again_after_it_ran_a_while(self) -> None:
        spawned = Spawned()
        keeper = Keeper(Part("panel", ("panel",)), 0.0, spawned)
        for now in (0.0, 0.0, 1.0):
            keeper.look(now)
            spawned.processes[-1].returncode = 1
        keeper.look(500.0)
        self.assertEqual(keeper.due, 501.0)

    def test_a_part_that_cannot_start_is_tried_again(self) -> None:
        keeper = Keeper(Part("panel", ("panel",)), 0.0, Spawned(FileNotFoundError("panel")))
        keeper.look(0.0)
        self.assertEqual(keeper.due, 1.0)

    def test_ends_it(self) -> None:
        spawned = Spawned()
        keeper = Keeper(Part("panel", ("panel",)), 0.0, spawned)
        keeper.look(0.0)
        keeper.end()
        self.assertEqual(spawned.processes[0].returncode, -15)

    def test_never_waits_less_than_a_second(self) -> None:
        self.assertEqual([wait_before(restarts) for restarts in (0, 1, 2)], [1.0, 1.0, 2.0])


class Starting(unittest.TestCase):
    def test_starts_an_app_once_for_a_double_click(self) -> None:
        spawned = Spawned()
        starter = Starter(APPS, spawned)
        for now in (10.0, 10.3, 13.0):
            starter.start("chrome", now)
        self.assertEqual(spawned.commands, [("chromium",), ("chromium",)])

    def test_starts_it_again_at_once_when_it_died(self) -> None:
        spawned = Spawned()
        starter = Starter(APPS, spawned)
        starter.start("chrome", 10.0)
        spawned.processes[0].returncode = -9
        starter.start("chrome", 10.3)
        self.assertEqual(len(spawned.commands), 2)

    def test_answers_what_went_wrong(self) -> None:
        for line, error in (
            (b'{"start": "word"}\n', "app: found 'word'. Choose one of: chrome, gmail, editor."),
            (b'{"stop": "chrome"}\n', 'Write {"start": "chrome"}.'),
            (b'{"start": "chrome"}\n', "chrome: no such file"),
        ):
            self.assertEqual(answer(line, Starter(APPS, Spawned(OSError("no such file"))), 1.0), {"error": error})
        self.assertEqual(answer(b'{"start": "chrome"}\n', Starter(APPS, Spawned()), 1.0), {"ok": True})

    def test_forgets_apps_that_ended(self) -> None:
        spawned = Spawned()
        starter = Starter(APPS, spawned)
        starter.start("chrome", 1.0)
        spawned.processes[0].returncode = 0
        starter.reap()
        self.assertEqual(starter._running, [])


class Asking(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "app-manager.sock")

    def serve_once(self, starter: Starter) -> threading.Thread:
        listener = listen(self.path)
        self.addCleanup(listener.close)
        thread = threading.Thread(target=serve, args=[listener, starter])
        thread.start()
        return thread

    def test_reaches_the_manager_over_its_socket(self) -> None:
        spawned = Spawned()
        thread = self.serve_once(Starter(APPS, spawned))
        ask_to_start(CHROME, self.path)
        thread.join()
        self.assertEqual(spawned.commands, [("chromium",)])

    def test_hears_why_an_app_was_not_started(self) -> None:
        thread = self.serve_once(Starter((), Spawned()))
        with self.assertRaisesRegex(AppError, "app: found 'chrome'"):
            ask_to_start(CHROME, self.path)
        thread.join()

    def test_says_how_to_get_a_manager_back(self) -> None:
        with self.assertRaisesRegex(AppError, "Start it again: supervisorctl restart app-manager"):
            ask_to_start(CHROME, self.path)

    def test_takes_the_place_of_a_killed_manager(self) -> None:
        listen(self.path).close()
        thread = self.serve_once(Starter(APPS, Spawned()))
        ask_to_start(CHROME, self.path)
        thread.join()

    def test_understands_one_kind_of_request(self) -> None:
        self.assertEqual(parse_request(b'{"start": "chrome"}'), "chrome")
        for line in (b"{}", b"[]", b'{"start": 1}', b"chrome"):
            with self.assertRaises(ValueError):
                parse_request(line)

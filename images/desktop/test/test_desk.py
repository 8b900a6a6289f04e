"""Acting on windows, on programs that only write down what they were told."""

import contextlib
import io
import json
import unittest
from collections.abc import Sequence

from .support import APPS, CHROME, EDITOR, GMAIL, WINDOWS, Programs

from berth_desktop import controller, launcher
from berth_desktop.apps import App, AppError
from berth_desktop.desk import Desk

QUIET = {"wmctrl -l": WINDOWS, "wmctrl -i": "", "xdotool": "", "xdotool getactivewindow": "23068674\n"}


def desk_of(**changes: object) -> tuple[Desk, Programs]:
    programs = Programs({**QUIET, **changes})
    return Desk(APPS, programs), programs


def said(main, arguments: Sequence[str], desk: Desk) -> tuple[int, str, str]:
    """Exit code, output and complaint of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments, desk)
    return code, out.getvalue(), err.getvalue()


class Windows(unittest.TestCase):
    def test_knows_the_active_one(self) -> None:
        desk, _ = desk_of()
        self.assertEqual([window.app for window in desk.windows() if window.active], ["editor"])

    def test_are_listed_again_when_one_closes_meanwhile(self) -> None:
        answers = iter([AppError("wmctrl: BadWindow"), WINDOWS])

        def lists(_: Sequence[str]) -> str:
            answer = next(answers)
            if isinstance(answer, AppError):
                raise answer
            return answer

        desk, _ = desk_of(**{"wmctrl -l": lists})
        self.assertEqual(len(desk.windows()), 3)

    def test_are_shown_when_none_is_active(self) -> None:
        def fails(_: Sequence[str]) -> str:
            raise AppError("xdotool: no active window")

        desk, _ = desk_of(**{"xdotool getactivewindow": fails})
        self.assertEqual(len(desk.windows()), 3)

    def test_have_their_places_when_wanted(self) -> None:
        places = "WINDOW=6291459\nX=1\nY=2\nWIDTH=3\nHEIGHT=4\n"
        desk, _ = desk_of(**{"xdotool getwindowgeometry": places})
        first, second, _ = desk.windows(with_places=True)
        self.assertEqual(vars(first.place), {"x": 1, "y": 2, "width": 3, "height": 4})
        self.assertIsNone(second.place)


class Opening(unittest.TestCase):
    def test_brings_an_open_app_to_the_front_and_starts_nothing(self) -> None:
        desk, programs = desk_of()
        started: list[App] = []
        desk.open(GMAIL, started.append)
        self.assertEqual(started, [])
        self.assertEqual(programs.ran[-1], ("wmctrl", "-i", "-a", "0x600007"))

    def test_starts_an_app_that_is_not_open_and_waits_for_its_window(self) -> None:
        lines = WINDOWS.splitlines(keepends=True)
        shown = [lines[0]]
        desk, _ = desk_of(**{"wmctrl -l": lambda _: "".join(shown)})
        window = desk.open(EDITOR, lambda app: shown.append(lines[2]))
        self.assertEqual(window.id, 0x1600002)

    def test_opens_another_window_where_that_is_wanted(self) -> None:
        shown = [WINDOWS]
        desk, _ = desk_of(**{"wmctrl -l": lambda _: "".join(shown)})
        more = "0x00600009  0 38     chromium.Chromium     box New Tab - Chromium\n"
        window = desk.open(CHROME, lambda app: shown.append(more), another=True)
        self.assertEqual(window.id, 0x600009)

    def test_switching_leads_to_the_window_that_came_last(self) -> None:
        more = "0x00600009  0 38     chromium.Chromium     box Another\n"
        desk, _ = desk_of(**{"wmctrl -l": WINDOWS + more})
        self.assertEqual(desk.switch(CHROME).id, 0x600009)

    def test_switching_stays_with_a_window_that_is_active(self) -> None:
        more = "0x00600009  0 38     chromium.Chromium     box Another\n"
        desk, _ = desk_of(**{"wmctrl -l": WINDOWS + more, "xdotool getactivewindow": "6291459"})
        self.assertEqual(desk.switch(CHROME).id, 0x600003)


class WindowController(unittest.TestCase):
    def test_lists_windows(self) -> None:
        desk, _ = desk_of()
        code, out, _ = said(controller.main, ["list"], desk)
        self.assertEqual((code, out.splitlines()[1]), (0, "0x00600003  chrome  New Tab - Chromium"))

    def test_lists_them_as_json(self) -> None:
        desk, _ = desk_of()
        _, out, _ = said(controller.main, ["list", "--json"], desk)
        self.assertEqual([window["app"] for window in json.loads(out)], ["chrome", "gmail", "editor"])

    def test_acts_on_a_window_by_its_id_and_by_its_app(self) -> None:
        for wanted in ("0x01600002", "editor", "Editor"):
            desk, programs = desk_of()
            code, out, _ = said(controller.main, ["close", wanted], desk)
            self.assertEqual((code, out), (0, "close: 0x01600002 *Untitled 1 - Mousepad\n"))
            self.assertEqual(programs.ran[-1], ("wmctrl", "-i", "-c", "0x1600002"))

    def test_minimizes_and_maximizes(self) -> None:
        for command, ran in {
            "minimize": ("xdotool", "windowminimize", "6291459"),
            "maximize": ("wmctrl", "-i", "-r", "0x600003", "-b", "add,maximized_vert,maximized_horz"),
            "restore": ("wmctrl", "-i", "-r", "0x600003", "-b", "remove,maximized_vert,maximized_horz"),
        }.items():
            desk, programs = desk_of()
            said(controller.main, [command, "chrome"], desk)
            self.assertEqual(programs.ran[-1], ran)

    def test_says_what_was_wrong_and_fails(self) -> None:
        desk, _ = desk_of(**{"wmctrl -l": ""})
        for arguments, complaint in (
            (["switch", "chrome"], "chrome: has no window. Open it first: window_controller.py open chrome"),
            (["focus", "word"], "app: found 'word'. Choose one of: chrome, gmail, editor."),
            (["close", "0x1"], "window: found '0x1', which is not there. `window_controller.py list` shows those that are."),
        ):
            self.assertEqual(said(controller.main, arguments, desk), (1, "", f"{complaint}\n"))


class AppLauncher(unittest.TestCase):
    def test_lists_apps_and_those_that_run(self) -> None:
        desk, _ = desk_of(**{"wmctrl -l": WINDOWS.splitlines()[2]})
        self.assertEqual(said(launcher.main, ["list"], desk)[1], "chrome     Chrome\ngmail      Gmail\neditor     Editor\n")
        self.assertEqual(said(launcher.main, ["running"], desk)[1], "editor     *Untitled 1 - Mousepad\n")
        running = json.loads(said(launcher.main, ["running", "--json"], desk)[1])
        self.assertEqual([(app["name"], len(app["windows"])) for app in running], [("editor", 1)])

    def test_leads_to_an_app_that_is_open(self) -> None:
        for arguments in (["Gmail"], ["switch", "Gmail"]):
            desk, programs = desk_of()
            self.assertEqual(said(launcher.main, arguments, desk)[0], 0)
            self.assertEqual(programs.ran[-1], ("wmctrl", "-i", "-a", "0x600007"))

    def test_shows_how_it_is_used(self) -> None:
        desk, _ = desk_of()
        self.assertEqual(said(launcher.main, ["--help"], desk)[0], 0)
        for arguments in ([], ["--all"], ["one", "two"]):
            code, _, err = said(launcher.main, arguments, desk)
            self.assertEqual((code, err[:6]), (2, "usage:"))

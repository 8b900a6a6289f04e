"""What the screen agent lets itself be told, and by whom."""

import unittest

from .support import APPS  # noqa: F401 - finds the package

from berth_desktop.screen_agent import input_of, refusal


class Inputs(unittest.TestCase):
    def test_become_what_xdotool_does(self) -> None:
        for action, words in (
            ({"type": "move", "x": 1, "y": 2}, ("mousemove", "1", "2")),
            ({"type": "click", "x": 1, "y": 2}, ("mousemove", "1", "2", "click", "--repeat", "1", "1")),
            (
                {"type": "click", "x": 1, "y": 2, "button": 3, "count": 2},
                ("mousemove", "1", "2", "click", "--repeat", "2", "3"),
            ),
            ({"type": "scroll", "x": 1, "y": 2, "lines": -3}, ("mousemove", "1", "2", "click", "--repeat", "3", "4")),
            ({"type": "scroll", "x": 1, "y": 2, "lines": 5000}, ("mousemove", "1", "2", "click", "--repeat", "100", "5")),
            ({"type": "key", "keys": "ctrl+s"}, ("key", "--clearmodifiers", "ctrl+s")),
        ):
            self.assertEqual(input_of(action), words)

    def test_refuses_what_nobody_knows(self) -> None:
        for action in (
            {},
            {"type": "move", "x": "1", "y": 2},
            {"type": "click", "x": 1, "y": 2, "button": 9},
            {"type": "click", "x": 1, "y": 2, "count": "2"},
            {"type": "scroll", "x": 1, "y": 2, "lines": 0},
            {"type": "key", "keys": "--window 1"},
            {"type": "shell", "text": "id"},
        ):
            with self.assertRaises(ValueError):
                input_of(action)


class Callers(unittest.TestCase):
    def test_programs_of_the_workspace_are_answered(self) -> None:
        self.assertIsNone(refusal({"Host": "127.0.0.1:8687"}.get))
        self.assertIsNone(refusal({"Host": "localhost:8687", "User-Agent": "curl"}.get))

    def test_pages_in_the_browser_are_not(self) -> None:
        for header in ("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode"):
            self.assertIsNotNone(refusal({"Host": "127.0.0.1:8687", header: "x"}.get))

    def test_nor_is_who_came_by_another_name(self) -> None:
        self.assertIsNotNone(refusal({"Host": "evil.example:8687"}.get))
        self.assertIsNotNone(refusal({}.get))

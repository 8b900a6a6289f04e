"""The end of what a terminal has shown."""

import unittest

from . import support  # noqa: F401

from berth_home.history import History  # isort: skip


class OfATerminal(unittest.TestCase):
    def test_gives_what_follows_a_place(self) -> None:
        history = History(100)
        history.add(b"hello ")
        history.add(b"world")
        self.assertEqual(history.since(6, 100), (6, b"world"))
        self.assertEqual(history.since(6, 2), (6, b"wo"))
        self.assertEqual(history.since(11, 100), (11, b""))

    def test_begins_anew_where_a_place_is_no_longer_or_was_never_there(self) -> None:
        history = History(100)
        history.add(b"x" * 150 + b"y" * 150)
        self.assertEqual((history.begin, history.end), (200, 300))
        for place in (-1, 0, 199, 301, 10**9):
            self.assertEqual(history.since(place, 1000), (200, b"y" * 100))

    def test_never_keeps_more_than_twice_what_it_should(self) -> None:
        history = History(100)
        for _ in range(1000):
            history.add(b"x" * 7)
            self.assertLessEqual(history.end - history.begin, 200)
        self.assertEqual(history.end, 7000)

"""What xpra is told."""

import unittest

from .support import APPS  # noqa: F401 - finds the package

from berth_desktop.stream import DEFAULT_SIZE, size_of, third_levels


class Sizes(unittest.TestCase):
    def test_are_read_from_the_workspaces_parameter(self) -> None:
        self.assertEqual(size_of("1280x720"), (1280, 720))

    def test_never_leave_what_the_screen_can_have(self) -> None:
        self.assertEqual(size_of("9999x9999"), (5120, 2880))

    def test_are_the_default_where_none_is_said(self) -> None:
        for text in (None, "", "large", "1280", "1280x720x24"):
            self.assertEqual(size_of(text), DEFAULT_SIZE)


class Keys(unittest.TestCase):
    def test_the_third_level_is_found_behind_the_repeated_first_two(self) -> None:
        german = {
            20: ["ssharp", "question", "ssharp", "question", "backslash", "questiondown", "U1E9E"],
            24: ["q", "Q", "q", "Q", "at", "Greek_OMEGA"],
        }
        self.assertEqual(
            third_levels(german),
            {("backslash", 2): 20, ("questiondown", 3): 20, ("at", 2): 24, ("Greek_OMEGA", 3): 24},
        )

    def test_a_real_second_group_and_short_keys_are_left_alone(self) -> None:
        self.assertEqual(third_levels({38: ["a", "A", "Cyrillic_ef", "Cyrillic_EF", "x"], 9: ["Escape"], 10: []}), {})

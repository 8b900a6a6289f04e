"""Typing what the keyboard does not have."""

import unittest

from .support import Programs

from berth_desktop.typing import SPARE, mapping_of, parts_of, type_text


class Parts(unittest.TestCase):
    def test_a_plain_text_is_one_part(self) -> None:
        self.assertEqual(parts_of("ls -la\n"), [("ls -la\n", "")])
        self.assertEqual(parts_of(""), [])

    def test_a_new_part_begins_where_spare_keys_run_out(self) -> None:
        self.assertEqual(parts_of("aäbä öcü", most=2), [("aäbä öc", "äö"), ("ü", "ü")])

    def test_no_letter_is_lost(self) -> None:
        text = "".join(chr(code) for code in range(0x20, 0x250))
        parts = parts_of(text)
        self.assertEqual("".join(part for part, _ in parts), text)
        for part, foreign in parts:
            self.assertEqual(len(set(foreign)), len(foreign))
            self.assertLessEqual(len(foreign), len(SPARE))
            self.assertEqual({letter for letter in part if not letter.isascii()}, set(foreign))


class Typing(unittest.TestCase):
    def test_foreign_letters_are_on_keys_before_they_are_pressed(self) -> None:
        programs, waits = Programs({"xmodmap": "", "xdotool": ""}), []
        type_text("aäö", programs, waits.append)
        self.assertEqual([command[0] for command in programs.ran], ["xmodmap", "xdotool"])
        self.assertEqual(programs.ran[0][1:], ("-e", "keycode 93 = U00E4", "-e", "keycode 97 = U00F6"))
        self.assertEqual(waits, [])

    def test_keys_change_only_when_what_they_typed_was_read(self) -> None:
        programs, waits = Programs({"xmodmap": "", "xdotool": ""}), []
        type_text("".join(chr(code) for code in range(0x400, 0x400 + len(SPARE) + 1)), programs, waits.append)
        self.assertEqual([command[0] for command in programs.ran], ["xmodmap", "xdotool"] * 2)
        self.assertEqual(waits, [0.5])

    def test_text_is_never_a_word_of_a_command(self) -> None:
        programs = Programs({"xmodmap": "", "xdotool": ""})
        type_text("--help; rm -rf ~", programs)
        self.assertNotIn("--help; rm -rf ~", programs.ran[0])

    def test_characters_beyond_the_first_plane_are_typed_too(self) -> None:
        self.assertEqual(mapping_of("🎈"), ["-e", "keycode 93 = U1F388"])

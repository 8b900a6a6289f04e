"""Typing what the keyboard does not have."""

import unittest
from collections.abc import Callable, Mapping

from .support import Programs

from berth_desktop.typing import SPARE, Keyboard, keys_for, keysym_of, parts_of, type_text

EMPTY = {key: [0, 0] for key in SPARE}


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


class Keys(unittest.TestCase):
    def test_characters_are_called_as_x_calls_them(self) -> None:
        self.assertEqual([keysym_of(letter) for letter in "ü€🎈"], [0xFC, 0x010020AC, 0x0101F388])

    def test_characters_come_onto_empty_keys(self) -> None:
        self.assertEqual(keys_for("äö", {**EMPTY, SPARE[0]: [0x41, 0]}), {SPARE[1]: 0xE4, SPARE[2]: 0xF6})

    def test_characters_that_are_on_a_key_already_stay_there(self) -> None:
        self.assertEqual(keys_for("äö", {**EMPTY, 48: [0x27, 0x22, 0xE4]}), {SPARE[0]: 0xF6})

    def test_keys_are_used_again_only_when_none_is_empty_and_never_those_that_are_wanted(self) -> None:
        full = {key: [0x01000400 + number] for number, key in enumerate(SPARE)}
        kept = chr(0x400)
        self.assertEqual(keys_for(f"{kept}ä", full), {SPARE[1]: 0xE4})

    def test_every_part_finds_its_keys(self) -> None:
        full = {key: [0x01000400 + number] for number, key in enumerate(SPARE)}
        foreign = "".join(chr(0x4E00 + number) for number in range(len(SPARE)))
        self.assertEqual(set(keys_for(foreign, full)), set(SPARE))


class Typing(unittest.TestCase):
    def setUp(self) -> None:
        self.keyboard: dict[int, list[int]] = dict(EMPTY)
        self.programs = Programs({"xdotool": ""})
        self.changes: list[Mapping[int, int]] = []
        self.waits: list[float] = []

    def exchange(self, decide: Callable[[Keyboard], Mapping[int, int]]) -> None:
        self.changes.append(decide(self.keyboard))
        self.keyboard |= {key: [keysym] for key, keysym in self.changes[-1].items()}

    def type(self, text: str) -> None:
        type_text(text, self.programs, self.exchange, self.waits.append)

    def test_foreign_letters_are_on_keys_before_they_are_pressed_all_at_once(self) -> None:
        self.type("aäö")
        self.assertEqual(self.changes, [{SPARE[0]: 0xE4, SPARE[1]: 0xF6}])
        self.assertEqual(self.waits, [])

    def test_a_plain_text_leaves_the_keyboard_alone(self) -> None:
        self.type("ls\n")
        self.assertEqual(self.changes, [])

    def test_keys_change_again_only_when_what_they_typed_was_read(self) -> None:
        self.type("".join(chr(code) for code in range(0x400, 0x400 + len(SPARE) + 1)))
        self.assertEqual(len(self.changes), 2)
        self.assertEqual(self.waits, [0.5])

    def test_text_is_never_a_word_of_a_command(self) -> None:
        self.type("--help; rm -rf ~")
        self.assertNotIn("--help; rm -rf ~", self.programs.ran[0])

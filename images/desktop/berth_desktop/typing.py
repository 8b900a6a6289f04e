"""
Typing any text into the active window.

xdotool puts a character that the keyboard does not have onto a spare key for the moment in which it presses it. A busy
program looks up the key a moment later, and finds another character or none. So here all of a text's such characters are
put onto spare keys before, at once, as each change makes the window manager look at the whole keyboard; and they stay.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

# Keys that no keyboard's layout uses.
SPARE = (93, 97, 103, 120, 132, 149, 154, 168, 178, 183, 184, 197, 202, 217, 219, 222, 230, 248)
# Until every program has read what was typed before a spare key changes again.
SETTLE_SECONDS = 0.5

Keyboard = Mapping[int, Sequence[int]]
"""What is on each key: keysyms, 0 for none."""
Exchange = Callable[[Callable[[Keyboard], Mapping[int, int]]], None]
"""Reads the keyboard, and puts onto it what is decided then: a keysym for each key."""


def keysym_of(letter: str) -> int:
    """What X calls a character: Latin-1 as it is, all others by their number in Unicode."""
    return ord(letter) if 0xA0 <= ord(letter) <= 0xFF else 0x01000000 | ord(letter)


def parts_of(text: str, most: int = len(SPARE)) -> list[tuple[str, str]]:
    """The text in parts that each have at most so many different foreign characters, with those of each part."""
    parts: list[tuple[str, str]] = []
    part, foreign = "", ""
    for letter in text:
        is_new = not letter.isascii() and letter not in foreign
        if is_new and len(foreign) == most:
            parts.append((part, foreign))
            part, foreign = "", ""
        part += letter
        foreign += letter if is_new else ""
    return [*parts, (part, foreign)] if part else parts


def keys_for(foreign: str, keyboard: Keyboard) -> dict[int, int]:
    """Which spare keys get which characters: those that are not on any key yet, on empty keys where there are enough."""
    present = {keysym for keysyms in keyboard.values() for keysym in keysyms}
    wanted = [keysym_of(letter) for letter in foreign]
    missing = [keysym for keysym in wanted if keysym not in present]
    empty = [key for key in SPARE if not any(keyboard.get(key, ()))]
    used = [key for key in SPARE if key not in empty and not set(keyboard[key]) & set(wanted)]
    return dict(zip([*empty, *used], missing))


def type_text(text: str, run: Callable[..., str], exchange: Exchange, wait: Callable[[float], None] = time.sleep) -> None:
    """Types a text; raises `AppError`."""

    def decided(foreign: str, keyboard: Keyboard) -> Mapping[int, int]:
        keys = keys_for(foreign, keyboard)
        if any(any(keyboard[key]) for key in keys):
            wait(SETTLE_SECONDS)
        return keys

    for part, foreign in parts_of(text):
        if foreign:
            exchange(partial(decided, foreign))
        run("xdotool", "type", "--clearmodifiers", "--delay", "1", "--file", "-", stdin=part)

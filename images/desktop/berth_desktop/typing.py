"""
Typing any text into the active window.

xdotool puts a character that the keyboard does not have onto a spare key for the moment in which it presses it. A busy
program looks up the key a moment later, and finds another character or none. So here all of a text's such characters are
put onto spare keys before, and left there.
"""

import time
from collections.abc import Callable, Sequence

# Keys that no keyboard's layout uses.
SPARE = (93, 97, 103, 120, 132, 149, 154, 168, 178, 183, 184, 197, 202, 217, 219, 222, 230, 248)
# Until every program has read what was typed before the spare keys change again.
SETTLE_SECONDS = 0.5


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


def mapping_of(foreign: str) -> Sequence[str]:
    """What xmodmap does to put characters onto spare keys."""
    return [word for key, letter in zip(SPARE, foreign) for word in ("-e", f"keycode {key} = U{ord(letter):04X}")]


def type_text(text: str, run: Callable[..., str], wait: Callable[[float], None] = time.sleep) -> None:
    """Types a text; raises `AppError`."""
    for number, (part, foreign) in enumerate(parts_of(text)):
        if foreign:
            if number > 0:
                wait(SETTLE_SECONDS)
            run("xmodmap", *mapping_of(foreign))
        run("xdotool", "type", "--clearmodifiers", "--delay", "1", "--file", "-", stdin=part)

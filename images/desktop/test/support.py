"""What the tests share."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from berth_desktop.apps import App, AppError

CHROME = App("chrome", "Chrome", ("chromium",), "chromium")
GMAIL = App("gmail", "Gmail", ("chromium", "--app=https://mail.google.com/"), "mail.google.com")
EDITOR = App("editor", "Editor", ("mousepad",), "mousepad")
APPS = (CHROME, GMAIL, EDITOR)

WINDOWS = """\
0x00600003  0 38     chromium.Chromium     box New Tab - Chromium
0x00600007  0 38     mail.google.com.Chromium  box Inbox (3) - Gmail
0x01600002  0 99     mousepad.Mousepad     box *Untitled 1 - Mousepad
0x00400008 -1 32     tint2.Tint2           N/A tint2
"""


class Programs:
    """Stands for the programs that are run: what each prints, and what was run."""

    def __init__(self, prints: Mapping[str, str | Callable[[Sequence[str]], str]]) -> None:
        self._prints = prints
        self.ran: list[tuple[str, ...]] = []

    def __call__(self, *command: str, stdin: str | None = None) -> str:
        self.ran.append(command)
        printed = self._prints.get(" ".join(command[:2]), self._prints.get(command[0]))
        if printed is None:
            raise AppError(f"{command[0]}: does nothing here")
        return printed if isinstance(printed, str) else printed(command)

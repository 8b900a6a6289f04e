"""What is on the screen: reading what wmctrl and xdotool print."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .apps import App, AppError

# 0x01200003  0 1234   mousepad.Mousepad  host Untitled 1 - Mousepad
LINE = re.compile(r"^(0x[0-9a-f]+)\s+(-?\d+)\s+(\d+)\s+(.*?) {2,}(\S+) (.*)$")
# What `wmctrl` says of a window without a class.
NO_CLASS = "N/A"


@dataclass(frozen=True)
class Place:
    """Where a window is on the screen, in pixels, without its frame."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Window:
    """One window."""

    id: int
    pid: int
    instance: str
    """First part of its WM_CLASS, which says the app."""
    title: str
    app: str | None = None
    """Name of the app whose window it is."""
    place: Place | None = None
    active: bool = False
    """Whether what is typed goes to it."""

    def as_json(self) -> dict[str, object]:
        """The same as commands and the screen agent say it."""
        place = None if self.place is None else vars(self.place)
        return {
            **{"id": f"0x{self.id:08x}", "app": self.app, "title": self.title},
            **{"pid": self.pid, "active": self.active, "place": place},
        }


def parse_windows(text: str, apps: Sequence[App]) -> tuple[Window, ...]:
    """Windows of `wmctrl -l -p -x`, without what is no program's: panel and wallpaper are on desktop -1."""
    rows = (LINE.match(line) for line in text.splitlines())
    return tuple(_window(row, apps) for row in rows if row is not None and row[2] != "-1")


def _window(row: re.Match[str], apps: Sequence[App]) -> Window:
    identity, _, pid, classes, _, title = row.groups()
    instance = "" if classes == NO_CLASS else instance_of(classes)
    app = next((app.name for app in apps if app.owns(instance)), None)
    return Window(int(identity, 16), int(pid), instance, title, app)


def instance_of(classes: str) -> str:
    """The instance of `instance.Class`: both may have dots (`mail.google.com.Chromium-browser`), a class hardly ever."""
    return classes.rpartition(".")[0] or classes


def parse_places(text: str) -> dict[int, Place]:
    """Places of `xdotool getwindowgeometry --shell`, one block of lines for each window."""
    places: dict[int, Place] = {}
    for block in text.split("WINDOW=")[1:]:
        found = dict(line.split("=", 1) for line in f"WINDOW={block}".splitlines() if "=" in line)
        try:
            x, y, width, height = (int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
            places[int(found["WINDOW"])] = Place(x, y, width, height)
        except (KeyError, ValueError):
            continue
    return places


def windows_of(windows: Iterable[Window], app: App) -> tuple[Window, ...]:
    """An app's windows."""
    return tuple(window for window in windows if window.app == app.name)


def find_window(windows: Sequence[Window], wanted: str) -> Window:
    """The window of that id, in hexadecimal (`0x01200003`) or decimal; raises `AppError` when there is none."""
    try:
        number = int(wanted, 0)
    except ValueError:
        raise AppError(f"window: found {wanted!r}. Write an id of `window_controller.py list`, such as 0x01200003.") from None
    found = next((window for window in windows if window.id == number), None)
    if found is None:
        raise AppError(f"window: found {wanted!r}, which is not there. `window_controller.py list` shows those that are.")
    return found


def table(windows: Sequence[Window]) -> str:
    """Windows for people: id, app, title; the active one is marked."""
    rows = [("ID", "APP", "TITLE")]
    rows += [(f"0x{w.id:08x}", w.app or "-", f"{w.title}{' *' if w.active else ''}") for w in windows]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows)

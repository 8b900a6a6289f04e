"""The command `window_controller.py`: what is open, and bringing it where it should be."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence

from .apps import AppError, find_app
from .desk import Desk, fail
from .requests import ask_to_start
from .windows import Window, find_window, table

TO_WINDOW: Mapping[str, Callable[[Desk, Window], None]] = {
    "focus": Desk.focus,
    "minimize": Desk.minimize,
    "maximize": Desk.maximize,
    "restore": Desk.restore,
    "close": Desk.close,
}


def parser() -> ArgumentParser:
    """The command's words."""
    root = ArgumentParser(prog="window_controller.py", description="Lists, opens, switches and moves windows.")
    json_too = ArgumentParser(add_help=False)
    json_too.add_argument("--json", action="store_true", help="print JSON")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", parents=[json_too], help="every window: id, app and title")
    opens = commands.add_parser("open", parents=[json_too], help="bring an app to the front, and start it if need be")
    opens.add_argument("app", help="name of an app: chrome")
    opens.add_argument("--new", action="store_true", help="another window, even when the app has one")
    switch = commands.add_parser("switch", parents=[json_too], help="bring an open app to the front")
    switch.add_argument("app", help="name of an app: chrome")
    for name in TO_WINDOW:
        command = commands.add_parser(name, parents=[json_too], help=f"{name} a window")
        command.add_argument("window", help="its id, or the name of an app: 0x01200003, chrome")
    return root


def main(arguments: Sequence[str], desk: Desk | None = None) -> int:
    """Runs the command; its result is the exit code."""
    asked = parser().parse_args(arguments)
    try:
        desk = Desk() if desk is None else desk
        say(asked, act(asked, desk))
        return 0
    except AppError as error:
        return fail(error)


def act(asked: Namespace, desk: Desk) -> tuple[Window, ...]:
    """Does what was asked; the windows that it was about."""
    match asked.command:
        case "list":
            return desk.windows(with_places=asked.json)
        case "open":
            return (desk.open(find_app(desk.apps, asked.app), ask_to_start, asked.new),)
        case "switch":
            return (desk.switch(find_app(desk.apps, asked.app)),)
    window = window_of(desk, asked.window)
    TO_WINDOW[asked.command](desk, window)
    return (window,)


def window_of(desk: Desk, wanted: str) -> Window:
    """The window that an id or the name of an app means."""
    if wanted[:1].isdigit():
        return find_window(desk.windows(), wanted)
    app = find_app(desk.apps, wanted)
    window = desk.newest_of(app)
    if window is None:
        raise AppError(f"{app.name}: has no window.")
    return window


def say(asked: Namespace, windows: Sequence[Window]) -> None:
    """Prints windows as they are wanted."""
    if asked.json:
        print(json.dumps([window.as_json() for window in windows], indent=2))
    elif asked.command == "list":
        print(table(windows))
    else:
        print("".join(f"{asked.command}: 0x{window.id:08x} {window.title}" for window in windows))

"""The command `app-launcher.py`: which apps there are and which run, starting them and switching to them."""

import json
import sys
from collections.abc import Sequence

from .apps import App, AppError, find_app
from .desk import Desk, fail
from .requests import ask_to_start
from .windows import windows_of

USAGE = """usage: app-launcher.py list [--json]      every app: its name and title
       app-launcher.py running [--json]   those that are open, with their windows
       app-launcher.py NAME               brings an app to the front, and starts it if need be: Chrome
       app-launcher.py switch NAME        brings an open app to the front"""


def main(arguments: Sequence[str], desk: Desk | None = None) -> int:
    """Runs the command; its result is the exit code."""
    as_json = "--json" in arguments
    words = [word for word in arguments if word != "--json"]
    try:
        desk = Desk() if desk is None else desk
        match words:
            case ["list"]:
                print(listed(desk.apps, as_json))
            case ["running"]:
                print(running(desk, as_json))
            case ["switch", name]:
                print(f"switched to {desk.switch(find_app(desk.apps, name)).title}")
            case [name] if not name.startswith("-"):
                print(f"opened {desk.open(find_app(desk.apps, name), ask_to_start).title}")
            case _:
                print(USAGE, file=sys.stderr)
                return 0 if words in (["-h"], ["--help"]) else 2
        return 0
    except AppError as error:
        return fail(error)


def listed(apps: Sequence[App], as_json: bool) -> str:
    """Every app."""
    if as_json:
        return json.dumps([{"name": app.name, "title": app.title} for app in apps], indent=2)
    return "\n".join(f"{app.name:<10} {app.title}" for app in apps)


def running(desk: Desk, as_json: bool) -> str:
    """The apps that have a window."""
    windows = desk.windows()
    found = [(app, windows_of(windows, app)) for app in desk.apps]
    open_ones = [(app, its) for app, its in found if its]
    if as_json:
        rows = [{"name": app.name, "title": app.title, "windows": [w.as_json() for w in its]} for app, its in open_ones]
        return json.dumps(rows, indent=2)
    return "\n".join(f"{app.name:<10} {', '.join(window.title for window in its)}" for app, its in open_ones)

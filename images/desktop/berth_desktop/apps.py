"""The apps of the desktop, from the one file that panel, menu, launcher and controller read."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

APPS_FILE = Path(os.environ.get("BERTH_APPS", Path(__file__).resolve().parent.parent / "apps.json"))


class AppError(Exception):
    """Something about an app that whoever asked can put right; its text says what was found, and the way out."""


@dataclass(frozen=True)
class App:
    """One app."""

    name: str
    """What commands call it: lower case, unique."""
    title: str
    """What people call it."""
    command: tuple[str, ...]
    """What starts it."""
    window: str
    """The instance part of its windows' WM_CLASS."""

    def owns(self, instance: str) -> bool:
        """Whether a window with this instance name is the app's. A web app's is its host, with a path behind it or not."""
        return instance.lower() == self.window or instance.lower().startswith(f"{self.window}__")


def load_apps(file: Path = APPS_FILE) -> tuple[App, ...]:
    """The apps in the order in which they are shown; raises `AppError` for a file that nobody can use."""
    try:
        entries = json.loads(file.read_text())["apps"]
        return parse_apps(entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AppError(f"{file}: {error}. Write {{\"apps\": [{{\"name\": …, \"title\": …, \"url\": …}}]}}.") from error


def parse_apps(entries: Sequence[dict[str, object]]) -> tuple[App, ...]:
    """Apps of the file's entries; raises `ValueError` for one that lacks something, and for a name that is there twice."""
    apps = tuple(parse_app(entry) for entry in entries)
    names = [app.name for app in apps]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two apps are called {twice!r}")
    return apps


def parse_app(entry: dict[str, object]) -> App:
    """One app: a web app has a `url`, any other a `command` and the `window` that it opens."""
    match entry:
        case {"name": str(name), "title": str(title), "url": str(url), **rest} if not rest:
            return App(name, title, ("chromium", f"--app={url}"), urlsplit(url).netloc)
        case {"name": str(name), "title": str(title), "command": [*words], "window": str(window), **rest} if not rest:
            return App(name, title, tuple(str(word) for word in words), window)
    raise ValueError(f"an app has name, title, and url or command and window: found {json.dumps(entry)}")


def find_app(apps: Sequence[App], name: str) -> App:
    """The app of that name or title, in upper or lower case; raises `AppError` when there is none."""
    wanted = name.lower()
    found = next((app for app in apps if wanted in (app.name, app.title.lower())), None)
    if found is None:
        raise AppError(f"app: found {name!r}. Choose one of: {', '.join(app.name for app in apps)}.")
    return found

"""The screen as it is now, and what can be done to it: wmctrl and xdotool at work."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from .apps import App, AppError, load_apps
from .windows import Window, parse_places, parse_windows, windows_of

# A program that starts cold reads a few hundred megabytes first.
WINDOW_SECONDS = 30.0
LOOK_SECONDS = 0.1
# Two seconds: a window manager that is busy lists a window for a while after it is gone.
TRIES = 20
SHORT_SECONDS = 10.0


def run(*command: str, stdin: str | None = None) -> str:
    """What a short program prints; raises `AppError` with its complaint when it fails."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=SHORT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AppError(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        raise AppError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip() or f'exit {done.returncode}'}")
    return done.stdout


class Desk:
    """The desktop of `$DISPLAY`."""

    def __init__(self, apps: Sequence[App] | None = None, runner: Callable[..., str] = run) -> None:
        self.apps = load_apps() if apps is None else tuple(apps)
        self._run = runner

    def windows(self, with_places: bool = False) -> tuple[Window, ...]:
        """Every window, the oldest first."""
        windows = parse_windows(self._listed(), self.apps)
        active = self._active()
        windows = tuple(replace(window, active=window.id == active) for window in windows)
        return self._with_places(windows) if with_places and windows else windows

    def _listed(self) -> str:
        """What wmctrl lists. It fails as a whole for a window that is listed and gone, so it is asked again."""
        for _ in range(TRIES - 1):
            try:
                return self._run("wmctrl", "-l", "-p", "-x")
            except AppError:
                time.sleep(LOOK_SECONDS)
        return self._run("wmctrl", "-l", "-p", "-x")

    def _with_places(self, windows: Sequence[Window]) -> tuple[Window, ...]:
        asked = [word for window in windows for word in ("getwindowgeometry", "--shell", str(window.id))]
        try:
            places = parse_places(self._run("xdotool", *asked))
        except AppError:  # One of them was closed meanwhile.
            places = {}
        return tuple(replace(window, place=places.get(window.id)) for window in windows)

    def _active(self) -> int | None:
        try:
            return int(self._run("xdotool", "getactivewindow").strip())
        except (AppError, ValueError):  # None of them is.
            return None

    def focus(self, window: Window) -> None:
        """Brings a window to the front, from the panel too, and types into it from now on."""
        self._run("wmctrl", "-i", "-a", hex(window.id))

    def close(self, window: Window) -> None:
        """Asks a window to close, as its button does: its program may ask back."""
        self._run("wmctrl", "-i", "-c", hex(window.id))

    def minimize(self, window: Window) -> None:
        """Puts a window away into the panel."""
        self._run("xdotool", "windowminimize", str(window.id))

    def maximize(self, window: Window) -> None:
        """Lets a window fill the screen beside the panel."""
        self._run("wmctrl", "-i", "-r", hex(window.id), "-b", "add,maximized_vert,maximized_horz")

    def restore(self, window: Window) -> None:
        """Gives a window its own size again."""
        self._run("wmctrl", "-i", "-r", hex(window.id), "-b", "remove,maximized_vert,maximized_horz")

    def newest_of(self, app: App) -> Window | None:
        """The window of an app that `switch` leads to: the active one, or else the one that came last."""
        windows = windows_of(self.windows(), app)
        return next((window for window in windows if window.active), windows[-1] if windows else None)

    def switch(self, app: App) -> Window:
        """Brings an app to the front; raises `AppError` when it is not open."""
        window = self.newest_of(app)
        if window is None:
            raise AppError(f"{app.name}: has no window. Open it first: window_controller.py open {app.name}")
        self.focus(window)
        return window

    def open(self, app: App, start: Callable[[App], None], another: bool = False) -> Window:
        """Brings an app to the front, and starts it first where it has no window, or where another one is wanted."""
        present = windows_of(self.windows(), app)
        if present and not another:
            return self.switch(app)
        start(app)
        window = self._await_window(app, {window.id for window in present})
        self.focus(window)
        return window

    def _await_window(self, app: App, known: set[int]) -> Window:
        deadline = time.monotonic() + WINDOW_SECONDS
        while time.monotonic() < deadline:
            found = next((window for window in windows_of(self.windows(), app) if window.id not in known), None)
            if found is not None:
                return found
            time.sleep(LOOK_SECONDS)
        raise AppError(f"{app.name}: was started, and showed no window in {WINDOW_SECONDS:.0f} seconds.")


def fail(error: AppError) -> int:
    """Ends a command with what went wrong."""
    print(error, file=sys.stderr)
    return 1

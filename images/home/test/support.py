"""Where the home's parts are."""

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT.parent / "lib"), str(ROOT.parent / "agent")]

PATIENCE = 20.0
# Tests of coroutines run in debug mode, which complains of each that took a moment.
logging.getLogger("asyncio").setLevel(logging.ERROR)


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Waits for something, at most a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {what}")
        time.sleep(0.01)

"""The runner's own life."""

import asyncio
import ctypes
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from berth_web import signs_of_environment

from .app import Api
from .settings import SettingsError, read_settings
from .store import Store
from .strays import clear_shared_memory

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
THREADS = 2


def main() -> int:
    """Serves until it is told to stop."""
    libc = ctypes.CDLL(None)
    # No program of the same user looks in here; what a dead keeper kept comes here and is ended.
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        settings = read_settings(os.environ)
        store = Store(settings.root, settings.most)
    except SettingsError as error:
        print(f"berth-runner: {error}", file=sys.stderr)
        return 2
    clear_shared_memory()
    # Other watchers start a thread for each keeper.
    asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    executor = ThreadPoolExecutor(THREADS)
    for _ in executor.map(os.stat, ["/"] * THREADS):
        """The threads are there before a program can have used up all processes."""
    api = Api(settings, store, signs_of_environment(), executor)
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    listener = socket.create_server(("", settings.port), family=family, dualstack_ipv6=both, backlog=128)
    web.run_app(api.app(), sock=listener, print=lambda *_: None, access_log=None, shutdown_timeout=10)
    return 0

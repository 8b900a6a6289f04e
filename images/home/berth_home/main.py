"""The home's own life: both services in one process."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from berth_web import signs_of_environment

from .gateway import Gateway
from .settings import Settings, SettingsError, read_settings
from .shell import Shell
from .terminals import Terminals, environ_of_shell

STATIC = Path(__file__).resolve().parent.parent / "static"


def main() -> int:
    """Serves until it is told to stop."""
    try:
        settings = read_settings(os.environ, STATIC)
    except SettingsError as error:
        print(f"berth-home: {error}", file=sys.stderr)
        return 2
    asyncio.run(serve(settings))
    return 0


async def serve(settings: Settings) -> None:
    """Both services; at the end terminals are hung up before the services go."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    signs = signs_of_environment()
    terminals = Terminals(environ_of_shell(), signs)
    shell = await listen(Shell(terminals, signs, settings.static).app(), settings.shell_port)
    gateway = await listen(Gateway(settings, terminals, signs).app(), settings.gateway_port)
    jobs = asyncio.create_task(terminals.watch_jobs())
    await stop.wait()
    jobs.cancel()
    with suppress(asyncio.CancelledError):
        await jobs
    await terminals.hang_up()
    await asyncio.gather(shell.cleanup(), gateway.cleanup())


async def listen(app: web.Application, port: int) -> web.AppRunner:
    """An application that answers on every address of the container."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    listener = socket.create_server(("", port), family=family, dualstack_ipv6=both, backlog=128)
    await web.SockSite(runner, listener, shutdown_timeout=2).start()
    return runner

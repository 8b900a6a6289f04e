"""Watches the workspace's memory as a whole: some of it belongs to no process, and the kernel would end everything."""

import asyncio

from berth_agent.metrics import read_usage

from .keeper.tree import all_processes, below
from .limits import MIB
from .runs import Run, Runs

SECONDS = 0.1
LEAST_FREE = 32 * MIB


async def watch_memory(runs: Runs) -> None:
    """Ends the largest run whenever the workspace is about to have no memory left."""
    while True:
        await asyncio.sleep(SECONDS)
        running = runs.all()
        if running and is_short(LEAST_FREE):
            largest(running).end("memory")


def is_short(least_free: int) -> bool:
    """Whether the workspace has less memory left than that."""
    usage = read_usage()
    limit = usage.memory_limit_bytes
    return limit is not None and limit - usage.memory_bytes < least_free


def largest(running: list[Run]) -> Run:
    """The run whose processes take the most memory."""
    processes = all_processes()
    return max(running, key=lambda run: sum(process.resident for process in below(run.keeper.pid, processes)))

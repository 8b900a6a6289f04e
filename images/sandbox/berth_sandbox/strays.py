"""What is left of a run whose keeper is gone, and of the folders that all runs share."""

import os
import secrets
import signal
from contextlib import suppress

from .files import opened
from .keeper.disk import open_folder
from .keeper.tree import Process, all_processes, below, end_all
from .remove import remove_tree

SHARED_MEMORY = "/dev/shm"


def tasks_of(pid: int) -> list[int]:
    """Ids of a process' threads: each of them can be signalled as if it were the process."""
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return [pid]


def end_strays(keepers: set[int]) -> None:
    """
    Ends everything below the runner but its keepers and what they keep. If it cannot be ended one by one, everything of
    this user is killed at once, which nothing escapes: other runs with it, and they are reported so; the container
    stays.
    """
    if not end_all(lambda: _strays(keepers)):
        os.kill(-1, signal.SIGKILL)
    own = os.getpid()
    for process in all_processes():
        if process.parent == own and process.pid not in keepers:
            with suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def _strays(keepers: set[int]) -> list[Process]:
    """What nobody keeps: the runner is given the children of a keeper that is gone."""
    processes = all_processes()
    kept = {found.pid for keeper in keepers for found in below(keeper, processes)} | keepers
    return [found for found in below(os.getpid(), processes) if found.pid not in kept and not found.is_zombie]


def clear_shared_memory(folder: str = SHARED_MEMORY) -> None:
    """Removes what runs left in the shared memory: it counts as the workspace's."""
    try:
        with opened(open_folder(folder)) as descriptor:
            for name in os.listdir(descriptor):
                _remove(name, descriptor)
    except OSError:
        pass


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except IsADirectoryError:
        moved = f".removed-{secrets.token_hex(8)}"
        os.rename(name, moved, src_dir_fd=folder, dst_dir_fd=folder)
        remove_tree(moved, folder)
    except OSError:
        pass

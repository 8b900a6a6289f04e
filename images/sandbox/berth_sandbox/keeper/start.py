"""The start of a run: between fork and exec, the walls are built."""

import ctypes
import os
import resource
import signal
from collections.abc import Sequence

from . import landlock, seccomp
from .spec import RunSpec

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
# Whoever writes one block more than a disk limit is found to be above it.
FILE_SLACK = 64 * 1024
OPEN_FILES = 512
LEAST_DATA = 512 * 1024 * 1024


class Started:
    """A program that runs, and its pipes as seen from here."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr


def start(spec: RunSpec) -> Started:
    """Starts a program behind its walls. One that cannot be run says so on its standard error and ends with 127."""
    pipes = [os.pipe() for _ in range(3)]
    (stdin, stdin_ours), (stdout_ours, stdout), (stderr_ours, stderr) = pipes
    pid = os.fork()
    if pid == 0:
        _become(spec, (stdin, stdout, stderr))
    for end in (stdin, stdout, stderr):
        os.close(end)
    for end in (stdin_ours, stdout_ours, stderr_ours):
        os.set_blocking(end, False)
    return Started(pid, stdin_ours, stdout_ours, stderr_ours)


def _become(spec: RunSpec, ends: Sequence[int]) -> None:
    """The program itself; never returns."""
    code = 126
    try:
        for number, end in enumerate(ends):
            os.dup2(end, number)
        os.closerange(3, 4096)
        os.setsid()
        os.chdir(spec.work)
        build_walls(spec)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        code = 127
        os.execvpe(spec.command[0], spec.command, spec.env)
    except BaseException as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        os.write(2, f"{spec.command[0]}: {reason}\n".encode(errors="replace"))
    finally:
        os._exit(code)


def build_walls(spec: RunSpec) -> None:
    """Limits and walls of this process and all that come of it."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _expose_to_the_kernel()
    for which, value in resource_limits(spec).items():
        _, most = resource.getrlimit(which)
        limit = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(which, (limit, limit))
    # Last in line for the processor, and no way back, so that a bomb does not starve those who end it.
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if spec.landlock and landlock.version() >= landlock.LEAST_VERSION:
        landlock.put_on([f"{spec.folder}/files", f"{spec.folder}/tmp"])
    if seccomp.is_known_machine():
        seccomp.put_on(spec.protected)


def resource_limits(spec: RunSpec) -> dict[int, int]:
    """
    Limits of each process. A process may reserve four times the run's memory: one that grows beyond the run's is ended
    and reported, one that asks for far more at once is told so by its own allocation.
    """
    return {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_DATA: max(4 * spec.memory_bytes, LEAST_DATA),
        resource.RLIMIT_FSIZE: spec.disk_bytes + FILE_SLACK,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }


def _expose_to_the_kernel() -> None:
    """Where the kernel must kill for want of memory, it shall take the run, not those who watch it."""
    try:
        with open("/proc/self/oom_score_adj", "w") as stream:
            stream.write("1000")
    except OSError:
        pass

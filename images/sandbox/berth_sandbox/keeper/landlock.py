"""
Walls by Landlock, which any process may build around itself where the kernel has it: a run reaches its own files and
the system's programs, signals nobody but what came of it, and looks into nobody else.
https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ALL_OF_VERSION_2 = (1 << 14) - 1
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1 << 0, 1 << 1
# Before it, no file could be moved from one folder to another.
LEAST_VERSION = 2
READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts")
# Semaphores of several languages are files there.
SHARED_MEMORY = "/dev/shm"


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Version of Landlock that the kernel offers, 0 when it offers none."""
    return max(int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)), 0)


def handled(offered: int) -> tuple[int, int]:
    """Rights to files, and scopes, that a version can watch over."""
    files = ALL_OF_VERSION_2 | (TRUNCATE if offered >= 3 else 0) | (IOCTL_DEVICE if offered >= 5 else 0)
    return files, SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if offered >= 6 else 0


def put_on(folders: Iterable[str]) -> None:
    """
    Builds the walls around this process and all that come of it; `folders` are what may be written. `no_new_privs` must
    be set. Raises `OSError`.
    """
    offered = version()
    files, scoped = handled(offered)
    asked = _Ruleset(files, 0, scoped)
    # Older kernels know a shorter structure.
    size = ctypes.sizeof(asked) if offered >= 6 else 16 if offered >= 4 else 8
    ruleset = _check(_libc.syscall(CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(size), 0))
    try:
        for path in READABLE:
            _allow(ruleset, path, EXECUTE | READ_FILE | READ_DIR)
        for path in DEVICES:
            _allow(ruleset, path, files & (READ_FILE | WRITE_FILE | READ_DIR | TRUNCATE | IOCTL_DEVICE))
        for path in (SHARED_MEMORY, *folders):
            _allow(ruleset, path, files)
        _check(_libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    """Allows something at and below a path, if it is there."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            access &= EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEVICE
        rule = _PathBeneath(access, parent)
        _check(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(parent)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot build the walls: {os.strerror(number)}")
    return int(result)

"""
A filter of system calls, which any process may put on itself: what a program of the same user could do to the keeper,
the runner and the agent is refused, and so is what would escape the counting of memory.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW = 0x7FFF0000
REFUSE = 0x00050000
# Fields of `struct seccomp_data`.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
# Numbers of the x32 interface begin here; it is the same architecture to the filter.
X32 = 0x40000000
# Instructions of the classic BPF machine.
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
# clone() with a new namespace of any kind.
NEW_NAMESPACES = 0x7E020000
UINT32 = 0xFFFFFFFF


@dataclass(frozen=True)
class Rule:
    """When a system call is refused, by its argument `argument`; always without one."""

    call: str
    error: int
    argument: int | None = None
    when: Literal["equal", "unequal", "bits"] = "equal"
    values: tuple[int, ...] = ()


# Numbers on x86_64 and on aarch64.
CALLS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "semget": (64, 190),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "shmget": (29, 194),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}


def rules_for(protected: Iterable[int]) -> list[Rule]:
    """What is refused to a run; `protected` are the processes and threads that it must not signal."""
    pids = tuple(sorted(set(protected)))
    no, unknown = errno.EPERM, errno.ENOSYS
    return [
        # Everybody at once, or one of ours, as a process or as a process group.
        Rule("kill", no, 0, values=(UINT32, *pids, *(UINT32 & -pid for pid in pids))),
        *(Rule(call, no, 0, values=pids) for call in ("tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")),
        Rule("tkill", no, 0, values=pids),
        # Other ways to a signal: by a handle, and by being told of input.
        *(Rule(call, unknown) for call in ("pidfd_open", "pidfd_send_signal", "pidfd_getfd")),
        Rule("fcntl", no, 1, values=(8, 10, 15)),  # F_SETOWN, F_SETSIG, F_SETOWN_EX
        Rule("ioctl", no, 1, values=(0x8901, 0x8902, 0x5412)),  # FIOSETOWN, SIOCSPGRP, TIOCSTI
        # Looking into others, and slowing or limiting them; oneself (0) is fine.
        *(Rule(call, no) for call in ("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp")),
        *(Rule(call, no) for call in ("migrate_pages", "move_pages")),
        *(Rule(call, no, 0, "unequal", (0,)) for call in ("prlimit64", "sched_setaffinity", "sched_setscheduler")),
        *(Rule(call, no, 0, "unequal", (0,)) for call in ("sched_setparam", "sched_setattr")),
        *(Rule(call, no, 1, "unequal", (0,)) for call in ("setpriority", "ioprio_set")),
        # Hiding from those who count.
        Rule("prctl", no, 0, values=(4,)),  # PR_SET_DUMPABLE
        # Memory that belongs to no process, and some that stays when its maker is gone.
        *(Rule(call, unknown) for call in ("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open")),
        *(Rule(call, unknown) for call in ("add_key", "request_key", "keyctl")),
        # More rights within a namespace of one's own, and large parts of the kernel that a script does not need.
        Rule("clone", no, 0, "bits", (NEW_NAMESPACES,)),
        Rule("clone3", unknown),  # Its flags are out of sight; libraries fall back to clone.
        *(Rule(call, no) for call in ("unshare", "setns", "bpf", "perf_event_open", "userfaultfd")),
        Rule("io_uring_setup", unknown),
    ]


Instruction = tuple[int, int, int, int]


def assemble(rules: Sequence[Rule], machine: str) -> list[Instruction]:
    """The filter as instructions: code, where to go on if true and if false (counted from the next), value."""
    architecture, column = ARCHITECTURES[machine]
    refuse_all = [(RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    program: list[Instruction] = [(LOAD, 0, 0, ARCHITECTURE), (IF_EQUAL, 1, 0, architecture), *refuse_all]
    program += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        program += [(IF_AT_LEAST, 0, 1, X32), *refuse_all]
    for rule in rules:
        body = _body(rule)
        program += [(IF_EQUAL, 0, len(body), CALLS[rule.call][column]), *body]
    return [*program, (RETURN, 0, 0, ALLOW)]


def _body(rule: Rule) -> list[Instruction]:
    """What decides once the system call is known: it ends in an answer."""
    refuse: Instruction = (RETURN, 0, 0, REFUSE | rule.error)
    allow: Instruction = (RETURN, 0, 0, ALLOW)
    if rule.argument is None:
        return [refuse]
    # The lower half: these arguments are of 32 bits, and both machines are little-endian.
    load: Instruction = (LOAD, 0, 0, ARGUMENTS + 8 * rule.argument)
    body: list[Instruction] = [load]
    for value in rule.values:
        if rule.when == "unequal":
            body += [(IF_EQUAL, 1, 0, value), refuse]
        else:
            body += [(IF_EQUAL if rule.when == "equal" else IF_ANY_BIT, 0, 1, value), refuse]
    return [*body, allow]


def pack(program: Sequence[Instruction]) -> bytes:
    """As the kernel reads it: an array of `struct sock_filter`."""
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def is_known_machine() -> bool:
    """Whether there is a filter for this machine."""
    return platform.machine() in ARCHITECTURES


def put_on(protected: Iterable[int]) -> None:
    """Puts the filter on this process and all that come of it. `no_new_privs` must be set. Raises `OSError`."""
    code = pack(assemble(rules_for(protected), platform.machine()))
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot put on the filter of system calls")

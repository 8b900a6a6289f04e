"""The filter of system calls, run by a machine of our own: every decision is checked without a kernel."""

import errno
import struct
import unittest

from . import support  # noqa: F401

from berth_sandbox.keeper.seccomp import (  # isort: skip
    ALLOW,
    ARCHITECTURES,
    CALLS,
    IF_ANY_BIT,
    IF_AT_LEAST,
    IF_EQUAL,
    LOAD,
    REFUSE,
    RETURN,
    Instruction,
    assemble,
    pack,
    rules_for,
)

PROTECTED = (7, 99)
EPERM, ENOSYS = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS


def decide(program: list[Instruction], number: int, arguments: tuple[int, ...] = (), architecture: int = 0) -> int:
    """What the kernel would say to a call."""
    padded = [value & (1 << 64) - 1 for value in (*arguments, 0, 0, 0, 0, 0, 0)][:6]
    data = struct.pack("<iIQ6Q", number, architecture, 0, *padded)
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        match code:
            case c if c == LOAD:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case c if c == RETURN:
                return value
            case c if c == IF_EQUAL:
                at += if_true if accumulator == value else if_false
            case c if c == IF_AT_LEAST:
                at += if_true if accumulator >= value else if_false
            case c if c == IF_ANY_BIT:
                at += if_true if accumulator & value else if_false
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


class Filter(unittest.TestCase):
    def decisions(self, name: str, *arguments: int) -> set[int]:
        """What both machines say; the same, or the test fails."""
        found = set()
        for machine, (architecture, column) in ARCHITECTURES.items():
            program = assemble(rules_for(PROTECTED), machine)
            found.add(decide(program, CALLS[name][column], arguments, architecture))
        return found

    def test_lets_a_program_signal_its_own(self) -> None:
        for pid in (0, 1234, -1234):
            self.assertEqual(self.decisions("kill", pid, 9), {ALLOW})
        self.assertEqual(self.decisions("tgkill", 1234, 1234, 6), {ALLOW})

    def test_refuses_signals_to_everybody_and_to_those_who_watch(self) -> None:
        for pid in (-1, 7, 99, -7, -99):
            self.assertEqual(self.decisions("kill", pid, 9), {EPERM}, pid)
        for name in ("tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            self.assertEqual(self.decisions(name, 99, 9), {EPERM}, name)

    def test_refuses_other_ways_to_a_signal(self) -> None:
        for name in ("pidfd_open", "pidfd_send_signal", "pidfd_getfd"):
            self.assertEqual(self.decisions(name, 1234), {ENOSYS}, name)
        for command in (8, 10, 15):
            self.assertEqual(self.decisions("fcntl", 3, command, 99), {EPERM}, command)
        self.assertEqual(self.decisions("fcntl", 3, 4, 0), {ALLOW})
        self.assertEqual(self.decisions("ioctl", 0, 0x8901), {EPERM})
        self.assertEqual(self.decisions("ioctl", 0, 0x5401), {ALLOW})

    def test_lets_a_program_limit_itself_only(self) -> None:
        for name in ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"):
            self.assertEqual(self.decisions(name, 0), {ALLOW}, name)
            self.assertEqual(self.decisions(name, 1234), {EPERM}, name)
        self.assertEqual(self.decisions("setpriority", 0, 0, 19), {ALLOW})
        self.assertEqual(self.decisions("setpriority", 0, 1234, 19), {EPERM})

    def test_refuses_to_look_into_others_and_to_hide(self) -> None:
        for name in ("ptrace", "process_vm_readv", "process_vm_writev", "kcmp"):
            self.assertEqual(self.decisions(name, 1234), {EPERM}, name)
        self.assertEqual(self.decisions("prctl", 4, 0), {EPERM})
        self.assertEqual(self.decisions("prctl", 15, 0), {ALLOW})

    def test_refuses_memory_of_nobody(self) -> None:
        for name in ("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"):
            self.assertEqual(self.decisions(name), {ENOSYS}, name)

    def test_lets_a_program_fork_but_in_no_namespace_of_its_own(self) -> None:
        self.assertEqual(self.decisions("clone", 0x01200011), {ALLOW})
        for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000):
            self.assertEqual(self.decisions("clone", flag | 17), {EPERM}, hex(flag))
        self.assertEqual(self.decisions("clone3"), {ENOSYS})
        self.assertEqual(self.decisions("unshare", 0), {EPERM})

    def test_counts_the_upper_half_of_an_argument_for_nothing(self) -> None:
        self.assertEqual(self.decisions("kill", (5 << 32) | 99, 9), {EPERM})

    def test_lets_everything_else_pass(self) -> None:
        program = assemble(rules_for(PROTECTED), "x86_64")
        for number in (0, 1, 2, 59, 231, 257, 500):
            self.assertEqual(decide(program, number, (), ARCHITECTURES["x86_64"][0]), ALLOW, number)

    def test_refuses_calls_of_other_architectures(self) -> None:
        program = assemble(rules_for(PROTECTED), "x86_64")
        kill_of_i386, i386 = 37, 0x40000003
        self.assertEqual(decide(program, kill_of_i386, (-1, 9), i386), ENOSYS)
        kill_of_x32 = 0x40000000 | 62
        self.assertEqual(decide(program, kill_of_x32, (-1, 9), ARCHITECTURES["x86_64"][0]), ENOSYS)

    def test_fits_into_the_kernel_with_as_many_protected_as_there_can_be(self) -> None:
        program = assemble(rules_for(range(1, 60)), "x86_64")
        self.assertLessEqual(len(pack(program)) // 8, 4096)
        self.assertEqual(decide(program, CALLS["kill"][0], (-59, 9), ARCHITECTURES["x86_64"][0]), EPERM)

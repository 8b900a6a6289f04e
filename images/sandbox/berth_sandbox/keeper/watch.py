"""Watching a run to its end."""

import os
import resource
import select
import signal
import time
from pathlib import Path
from typing import Literal

from .disk import DiskWatch
from .output import Output
from .spec import RunSpec
from .start import Started
from .tree import all_processes, below, end_all, living_below, memory_of

Reason = Literal["time", "memory", "processes", "output", "disk", "killed"]

# Between two looks at the processes, in seconds; a look takes well below a millisecond.
TICK = 0.025
DISK_SECONDS = 0.25
CONTROL = 0
OOM_COUNTS = (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"))


class Watch:
    """One run. `follow` is all of it; what it finds is in the report."""

    def __init__(self, spec: RunSpec, started: Started, output: Output, control: bytes = b"") -> None:
        self._spec = spec
        self._started = started
        self._output = output
        self._stdin = memoryview(spec.stdin.encode())
        self._open = {"stdin": started.stdin, "stdout": started.stdout, "stderr": started.stderr}
        self._began = time.monotonic()
        folder = os.open(spec.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._disk = DiskWatch(folder, spec.disk_bytes, DISK_SECONDS)
        self._memory = 0
        self._processes = 0
        self._status: int | None = None
        self._reason = reason_of(control) if control else None
        self._oom_kills = oom_kills()
        self.is_contained = True
        """Whether nothing of the run is left when it is over."""
        # Written to by the kernel when a child ends, so that the wait below ends too.
        self._wake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def follow(self) -> dict[str, object]:
        """Watches until the program has ended, or must; ends what is left of it, and says what happened."""
        next_tick = self._began
        while self._reason is None:
            self._wait(next_tick - time.monotonic())
            self._reap()
            if self._status is not None:
                break
            now = time.monotonic()
            if now >= next_tick:
                self._reason = self._reason or self._reason_now(now)
                next_tick = now + TICK
        if self._status is not None:
            # The last look: what a short run left behind counts too.
            self._reason = self._reason or self._reason_of_end()
        self.is_contained = end_all(lambda: living_below(os.getpid()))
        self._reap()
        self._drain()
        return self._report()

    def _wait(self, seconds: float) -> None:
        """Waits for output, input, an end, or the next look, and moves what can be moved."""
        readers = [self._wake, CONTROL]
        if self._output.has_room:
            readers += [self._open[name] for name in ("stdout", "stderr") if name in self._open]
        writers = [1] if self._output.has_pending else []
        if "stdin" in self._open:
            writers.append(self._open["stdin"])
        ready, free, _ = select.select(readers, writers, [], max(seconds, 0))
        if self._wake in ready:
            os.read(self._wake, 4096)
        if CONTROL in ready:
            self._obey()
        if 1 in free:
            self._flush()
        self._feed(free)
        self._take(ready)

    def _obey(self) -> None:
        """The runner closes the control when the run shall end, and may say before why."""
        self._reason = reason_of(os.read(CONTROL, 64))

    def _flush(self) -> None:
        try:
            self._output.flush()
        except BrokenPipeError:
            self._reason = "killed"

    def _feed(self, free: list[int]) -> None:
        pipe = self._open.get("stdin")
        if pipe is None or pipe not in free:
            return
        try:
            self._stdin = self._stdin[os.write(pipe, self._stdin[:65536]) :] if self._stdin else self._stdin
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._stdin = self._stdin[:0]
        if not self._stdin:
            os.close(self._open.pop("stdin"))

    def _take(self, ready: list[int]) -> None:
        for name in ("stdout", "stderr"):
            pipe = self._open.get(name)
            if pipe is not None and pipe in ready and not self._output.take(name, pipe):
                os.close(self._open.pop(name))
        if self._output.is_over:
            self._reason = "output"

    def _reap(self) -> None:
        """Takes note of what ended; orphans of the run come to its keeper."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._started.pid:
                self._status = status

    def _reason_now(self, now: float) -> Reason | None:
        """Why the run must end at this look, if it must."""
        spec = self._spec
        processes = below(os.getpid(), all_processes())
        count = sum(process.threads for process in processes)
        memory = memory_of(processes, spec.memory_bytes)
        self._processes = max(self._processes, count)
        self._memory = max(self._memory, memory)
        if count > spec.processes:
            return "processes"
        if memory > spec.memory_bytes:
            return "memory"
        if self._disk.is_over(now):
            return "disk"
        return "time" if now - self._began > spec.seconds else None

    def _reason_of_end(self) -> Reason | None:
        """Why the program ended, where its end alone does not say."""
        self._disk.look()
        if self._disk.used > self._spec.disk_bytes or self._signal() == signal.SIGXFSZ:
            return "disk"
        if self._signal() == signal.SIGKILL and oom_kills() > self._oom_kills:
            return "memory"
        return None

    def _drain(self) -> None:
        """What the program printed last. Everybody who could write is gone; what may come later is not waited for."""
        for name in ("stdout", "stderr"):
            pipe = self._open.get(name)
            while pipe is not None and select.select([pipe], [], [], 0)[0] and not self._output.is_over:
                if not self._output.take(name, pipe):
                    break
        if self._output.is_over:
            self._reason = self._reason or "output"

    def _signal(self) -> int | None:
        return os.WTERMSIG(self._status) if self._status is not None and os.WIFSIGNALED(self._status) else None

    def _report(self) -> dict[str, object]:
        if self._reason is not None:
            self._disk.look()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        number = self._signal()
        status = self._status
        return {
            "exit": os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None,
            "signal": None if number is None else signal_name(number),
            "reason": self._reason,
            "usage": {
                "seconds": round(time.monotonic() - self._began, 3),
                "cpuSeconds": round(used.ru_utime + used.ru_stime, 3),
                # A run that ended between two looks left the size of its largest process.
                "memoryMiB": round(max(self._memory, used.ru_maxrss * 1024) / 2**20, 1),
                "processes": max(self._processes, 1),
                "outputKiB": round(self._output.taken / 1024, 1),
                "diskMiB": round(self._disk.used / 2**20, 1),
            },
        }


def reason_of(word: bytes) -> Reason:
    """Why the runner wants a run to end."""
    return "memory" if word.strip() == b"memory" else "killed"


def signal_name(number: int) -> str:
    """`KILL` of 9."""
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)


def oom_kills() -> int:
    """How many processes of the container the kernel has killed for want of memory; 0 where it does not say."""
    for file in OOM_COUNTS:
        try:
            for line in file.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            continue
    return 0

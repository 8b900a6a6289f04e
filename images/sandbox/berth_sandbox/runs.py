"""Runs: a keeper each, whose lines are passed on as they come."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from berth_web import Problem, Signs

from .files import opened
from .keeper.spec import RunSpec
from .limits import MIB, Limits
from .request import RunRequest
from .settings import Settings
from .store import KILLED, Sandbox
from .strays import clear_shared_memory, tasks_of

KEEPER = str(Path(__file__).resolve().parent.parent / "berth-keeper")
# A line holds one piece of output, at most 32 KiB, each byte of which may become six.
LINE_LIMIT = 1024 * 1024
# A keeper ends what it keeps within seconds; one that takes longer is no longer one.
END_SECONDS = 30.0
MAX_RUNS = 32
PATH = "/usr/local/bin:/usr/bin:/bin"


class Run:
    """A run that has begun."""

    def __init__(self, sandbox: Sandbox, keeper: asyncio.subprocess.Process) -> None:
        self.sandbox = sandbox
        self.keeper = keeper
        self.report: dict[str, object] = KILLED
        """What the keeper said at the end, or what is true when it said nothing."""
        self.ended = asyncio.Event()

    def end(self, why: str = "killed") -> None:
        """Tells the keeper to end it now."""
        control = self.keeper.stdin
        if control is not None and not control.is_closing():
            control.write(f"{why}\n".encode())
            control.close()

    async def lines(self) -> AsyncIterator[bytes]:
        """What the run prints, line by line as the keeper says it; the report is kept."""
        stream = self.keeper.stdout
        assert stream is not None
        while line := await stream.readline():
            if line.startswith(b'{"exit"'):
                self.report = json.loads(line)
            else:
                yield line

    async def finish(self) -> int:
        """Ends it if it still runs, and waits for that; the keeper's exit code."""
        self.end()
        try:
            async with asyncio.timeout(END_SECONDS):
                async for _ in self.lines():
                    pass
                return await self.keeper.wait()
        except TimeoutError:
            self.keeper.kill()
            return await self.keeper.wait()
        finally:
            # It may have gone before it was told to.
            with suppress(OSError):
                assert self.keeper.stdin is not None
                await self.keeper.stdin.wait_closed()


class Runs:
    """Those that run now: one in a sandbox, and together no more than the workspace has."""

    def __init__(self, settings: Settings, signs: Signs, end_strays: Callable[[set[int]], None]) -> None:
        self._settings = settings
        self._signs = signs
        self._end_strays = end_strays
        self._running: dict[str, Run] = {}

    def all(self) -> list[Run]:
        """Every run."""
        return list(self._running.values())

    def free(self) -> Limits:
        """What the next run could get, of memory and processes."""
        taken = [run.sandbox.limits for run in self.all()]
        return Limits(
            memory=self._settings.memory - sum(limits.memory for limits in taken),
            processes=self._settings.processes - sum(limits.processes for limits in taken),
        )

    async def end(self, sandbox: Sandbox) -> None:
        """Ends a sandbox's run, if there is one, and waits for its end."""
        run = self._running.get(sandbox.id)
        if run is not None:
            run.end()
            await run.ended.wait()

    @asynccontextmanager
    async def started(self, sandbox: Sandbox, request: RunRequest) -> AsyncIterator[Run]:
        """A run, which ends with the context; raises a `Problem` when there is no room for it."""
        self._assert_room(sandbox)
        sandbox.is_running = True
        code: str | None = None
        try:
            try:
                code = write_code(sandbox, request)
                run = await self._start(sandbox, request, code)
            except OSError as error:
                raise Problem(503, f"The run cannot begin: {error.strerror}.") from None
            try:
                yield run
            finally:
                await self._finish(run)
        finally:
            remove_code(sandbox, code)
            sandbox.is_running = False

    def _assert_room(self, sandbox: Sandbox) -> None:
        if sandbox.is_running:
            raise Problem(409, f"{sandbox.id}: something runs in it. Wait for its end, or use another sandbox.")
        free, limits = self.free(), sandbox.limits
        if len(self._running) >= MAX_RUNS or limits.memory > free.memory or limits.processes > free.processes:
            here = f"{len(self._running)} runs leave {free.memory} MiB and {free.processes} processes"
            raise Problem(429, f"{sandbox.id}: there is no room for it now: {here}. Try again when one has ended.")

    async def _start(self, sandbox: Sandbox, request: RunRequest, code: str | None) -> Run:
        sandbox.save()
        keeper = await asyncio.create_subprocess_exec(
            KEEPER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,
        )
        run = self._running[sandbox.id] = Run(sandbox, keeper)
        self._signs.begin_job(f"run-{sandbox.id}", keeper.pid)
        keepers = {other.keeper.pid for other in self.all()}
        protected = sorted({1, *tasks_of(os.getpid()), *keepers})
        spec = spec_of(sandbox, request, code, protected, self._settings.landlock)
        assert keeper.stdin is not None
        keeper.stdin.write(spec.to_line())
        return run

    async def _finish(self, run: Run) -> None:
        code = await run.finish()
        sandbox = run.sandbox
        self._running.pop(sandbox.id, None)
        self._signs.end_job(f"run-{sandbox.id}")
        if code != 0:
            # The keeper was killed, or could not end all that came of its run: it is below us now.
            self._end_strays({other.keeper.pid for other in self.all()})
        if not self._running:
            clear_shared_memory()
        sandbox.is_running = False
        sandbox.last_run = run.report
        run.ended.set()
        with suppress(OSError):
            sandbox.save()


def spec_of(sandbox: Sandbox, request: RunRequest, code: str | None, protected: list[int], landlock: bool) -> RunSpec:
    """What the keeper is told."""
    files, limits = sandbox.path / "files", sandbox.limits
    env = {
        "PATH": PATH,
        "HOME": str(files),
        "TMPDIR": str(sandbox.path / "tmp"),
        "LANG": "C.UTF-8",
        # What is printed shall be seen when it is printed.
        "PYTHONUNBUFFERED": "1",
        **request.env,
    }
    return RunSpec(
        command=[*request.command, *([] if code is None else [str(files / code)])],
        folder=str(sandbox.path),
        work=str(files),
        env=env,
        stdin=request.stdin,
        seconds=limits.seconds,
        memory_bytes=limits.memory * MIB,
        processes=limits.processes,
        output_bytes=limits.output * 1024,
        disk_bytes=limits.disk * MIB,
        protected=protected,
        landlock=landlock,
    )


def write_code(sandbox: Sandbox, request: RunRequest) -> str | None:
    """Writes code beside the sandbox's files, so that it can import them; the name of its file."""
    with opened(sandbox.open_files()) as folder:
        if request.code is None:
            return None
        name = f".run-{secrets.token_hex(8)}{request.suffix}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder), "w", encoding="utf-8") as stream:
            stream.write(request.code)
        return name


def remove_code(sandbox: Sandbox, name: str | None) -> None:
    """Removes the file of a run's code, if it is still there."""
    if name is not None:
        try:
            with opened(sandbox.open_files()) as folder:
                os.unlink(name, dir_fd=folder)
        except (OSError, Problem):
            pass

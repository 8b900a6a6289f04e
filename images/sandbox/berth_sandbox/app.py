"""The runner's API."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from ipaddress import ip_address
from tempfile import TemporaryFile
from typing import TypeVar

from aiohttp import web

from berth_web import Handler, Problem, Signs, ok, problems, read_object

from .archive import pack, unpack
from .files import CHUNK, copy, open_file_or_folder, opened, write_file
from .guard import watch_memory
from .keeper import landlock, seccomp
from .limits import API_NAMES, parse_limits
from .request import FIELDS, parse_run
from .runs import Run, Runs
from .settings import Settings
from .store import Sandbox, Store
from .strays import end_strays

Result = TypeVar("Result")

# So long a caller may take for one piece of output before it is taken for gone.
STALL_SECONDS = 60.0
MAX_BODY = 4 * 1024 * 1024


class Api:
    """The handlers, and what they work on."""

    def __init__(self, settings: Settings, store: Store, signs: Signs, executor: Executor) -> None:
        self._settings = settings
        self._store = store
        self._signs = signs
        self._executor = executor
        self._runs = Runs(settings, signs, end_strays)

    def app(self) -> web.Application:
        """All of it."""
        app = web.Application(middlewares=[problems, self._from_without], client_max_size=MAX_BODY)
        one = "/sandboxes/{id}"
        app.add_routes(
            [
                web.get("/health", self.health),
                web.get("/sandboxes", self.list),
                web.post("/sandboxes", self.create),
                web.get(one, self.show),
                web.delete(one, self.delete),
                web.post(f"{one}/run", self.run),
                web.get(f"{one}/files", self.read),
                web.put(f"{one}/files", self.write),
                web.get(f"{one}/files/{{path:.*}}", self.read),
                web.put(f"{one}/files/{{path:.*}}", self.write),
            ]
        )
        app.cleanup_ctx.append(self._guarded)
        app.on_shutdown.append(self._end_all)
        return app

    async def _guarded(self, _: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(watch_memory(self._runs))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _end_all(self, _: web.Application) -> None:
        running = self._runs.all()
        for run in running:
            run.end()
        await asyncio.gather(*(run.ended.wait() for run in running))

    @web.middleware
    async def _from_without(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """
        A program in a sandbox could ask for another one to get round its limits: who asks from within the workspace is
        told only that the runner is there.
        """
        if request.path == "/health":
            return await handler(request)
        if not self._settings.from_within and is_from_within(request):
            raise Problem(403, "The runner answers callers outside of the workspace only (RUNNER_FROM_WITHIN=allow).")
        self._signs.input()
        return await handler(request)

    async def health(self, _: web.Request) -> web.Response:
        free = self._runs.free()
        return ok(
            {
                "status": "ok",
                "sandboxes": len(self._store.all()),
                "running": len(self._runs.all()),
                "free": {"memoryMiB": free.memory, "processes": free.processes},
                "walls": {
                    "landlock": landlock.version() if self._settings.landlock else 0,
                    "seccomp": seccomp.is_known_machine(),
                },
            }
        )

    async def list(self, _: web.Request) -> web.Response:
        return ok({"sandboxes": [sandbox.to_json() for sandbox in self._store.all()]})

    async def create(self, request: web.Request) -> web.Response:
        limits = parse_limits(await read_object(request, tuple(API_NAMES.values())), self._settings.most)
        if len(self._store.all()) >= self._settings.sandboxes:
            raise Problem(429, f"There are {self._settings.sandboxes} sandboxes already: delete one first.")
        sandbox = self._store.create(limits)
        response = ok(sandbox.to_json(), 201)
        response.headers["Location"] = f"/sandboxes/{sandbox.id}"
        return response

    async def show(self, request: web.Request) -> web.Response:
        return ok(self._sandbox(request).to_json())

    async def delete(self, request: web.Request) -> web.Response:
        sandbox = self._sandbox(request)
        self._store.forget(sandbox)
        await self._runs.end(sandbox)
        await self._apart(self._store.remove, sandbox)
        return web.Response(status=204)

    async def run(self, request: web.Request) -> web.StreamResponse:
        sandbox = self._sandbox(request)
        wanted = parse_run(await read_object(request, FIELDS))
        headers = {"Content-Type": "application/x-ndjson", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        async with self._runs.started(sandbox, wanted) as run:
            await stream(request, response, run)
        # Only now is it over for everybody: who has read the report can run the next.
        with suppress(ConnectionError):
            await response.write(json.dumps(run.report).encode() + b"\n")
            await response.write_eof()
        return response

    async def read(self, request: web.Request) -> web.StreamResponse:
        sandbox = self._sandbox(request)
        with opened(sandbox.open_files()) as root:
            descriptor, status = open_file_or_folder(root, request.match_info.get("path", ""))
        with opened(descriptor):
            is_folder = stat.S_ISDIR(status.st_mode)
            headers = {
                "Content-Type": "application/x-tar" if is_folder else "application/octet-stream",
                # Whatever a program wrote, a browser does not run it under the workspace's name.
                "Content-Disposition": "attachment",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            }
            response = web.StreamResponse(headers=headers)
            if not is_folder:
                response.content_length = status.st_size
            await response.prepare(request)
            for chunk in pack(descriptor) if is_folder else pieces(descriptor, status.st_size):
                await asyncio.wait_for(response.write(chunk), STALL_SECONDS)
            await response.write_eof()
        return response

    async def write(self, request: web.Request) -> web.Response:
        sandbox = self._sandbox(request)
        path = request.match_info.get("path", "")
        chunks = request.content.iter_chunked(CHUNK)
        with opened(sandbox.open_files()) as root:
            if request.content_type == "application/x-tar":
                return ok({"path": path, "files": await self._unpack(sandbox, root, path, chunks)})
            return ok({"path": path, "bytes": await write_file(root, path, chunks, sandbox.room)})

    async def _unpack(self, sandbox: Sandbox, root: int, path: str, chunks: AsyncIterator[bytes]) -> int:
        """Kept whole before it is unpacked, as a file without a name on the sandbox's own disk."""
        with TemporaryFile(dir=sandbox.path) as archive:
            await copy(chunks, archive.fileno(), sandbox.room())
            archive.seek(0)
            return await self._apart(unpack, archive, root, path, sandbox.room())

    def _sandbox(self, request: web.Request) -> Sandbox:
        return self._store.get(request.match_info["id"])

    async def _apart(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Work that takes long, beside the answers to others."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)


async def stream(request: web.Request, response: web.StreamResponse, run: Run) -> None:
    """Passes on what a run prints until it ends, or until nobody listens."""
    watcher = asyncio.create_task(end_when_gone(request, run))
    try:
        await response.prepare(request)
        async for line in run.lines():
            await asyncio.wait_for(response.write(line), STALL_SECONDS)
    except (ConnectionError, TimeoutError):
        if request.transport is not None:
            request.transport.abort()
    finally:
        watcher.cancel()


async def end_when_gone(request: web.Request, run: Run) -> None:
    """Ends a run when its caller has gone: nobody is told of that while nothing is written."""
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(0.5)
    run.end()


def pieces(descriptor: int, size: int) -> Iterator[bytes]:
    """A file, piece by piece, to the size that was announced."""
    left = size
    while left > 0 and (chunk := os.read(descriptor, min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def is_from_within(request: web.Request) -> bool:
    """Whether a request came from an address of the workspace itself."""
    transport = request.transport
    peer, own = (
        (None, None) if transport is None else (transport.get_extra_info(name) for name in ("peername", "sockname"))
    )
    if not peer or not own:
        return True
    address = ip_address(peer[0].partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or peer[0] == own[0]

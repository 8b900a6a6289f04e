"""The shell's page, and the line between it and a terminal."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from berth_web import Problem, Signs, ok, problems

from .terminal import Terminal
from .terminals import Terminals

HEADERS = {
    # The terminal makes its own style sheets; everything else comes from here.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
HEARTBEAT = 20.0
MAX_MESSAGE = 1024 * 1024
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
SENDING_SECONDS = 30.0


class Shell:
    """Its handlers."""

    def __init__(self, terminals: Terminals, signs: Signs, static: Path) -> None:
        self._terminals = terminals
        self._signs = signs
        self._files = files_of(static)
        self._lines: set[web.WebSocketResponse] = set()

    def app(self) -> web.Application:
        """All of it."""
        app = web.Application(middlewares=[problems])
        app.add_routes(
            [
                web.get("/healthz", self.health),
                web.get("/terminal", self.line),
                web.get("/{path:.*}", self.file),
            ]
        )
        app.on_shutdown.append(self._close)
        return app

    async def health(self, _: web.Request) -> web.Response:
        return ok({"status": "ok"})

    async def file(self, request: web.Request) -> web.Response:
        path = request.match_info["path"] or "index.html"
        found = self._files.get(path)
        if found is None:
            raise Problem(404, f"There is nothing at /{path[:100]}.")
        return web.Response(body=found, content_type=TYPES[Path(path).suffix], charset="utf-8", headers=HEADERS)

    async def line(self, request: web.Request) -> web.WebSocketResponse:
        """A line to a terminal: what is shown goes out as bytes, keys come in as bytes, the rest is JSON."""
        assert_own_page(request.headers)
        terminal = self._terminals.get(request.query.get("session", "main"))
        place = request.query.get("from", "")
        line = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_MESSAGE, compress=False)
        await line.prepare(request)
        self._lines.add(line)
        showing = asyncio.create_task(show(terminal, line, int(place) if place.isascii() and place.isdecimal() else -1))
        try:
            async for message in line:
                if message.type == WSMsgType.BINARY:
                    self._signs.input()
                    terminal.write(message.data)
                elif message.type == WSMsgType.TEXT:
                    obey(terminal, message.data)
        finally:
            showing.cancel()
            self._lines.discard(line)
        return line

    async def _close(self, _: web.Application) -> None:
        for line in list(self._lines):
            await line.close(code=WSCloseCode.SERVICE_RESTART, message=b"The home goes to sleep.")


async def show(terminal: Terminal, line: web.WebSocketResponse, place: int) -> None:
    """
    Sends what the terminal shows, from a place on; from further back or all anew when that is no longer kept. What was
    shown before is announced: its questions to the terminal were answered long ago.
    """
    viewer = object()
    old = terminal.history.end
    try:
        begin, _ = terminal.history.since(place, 0)
        if begin != place:
            await line.send_json({"type": "reset"})
        await line.send_json({"type": "begin", "at": begin, "old": old - begin})
        place = begin
        while True:
            begin, chunk = await terminal.more(viewer, place)
            if chunk == b"":
                await line.send_json({"type": "end", "code": terminal.code})
                await line.close()
                return
            if begin != place:
                await line.send_json({"type": "reset"})
                await line.send_json({"type": "begin", "at": begin, "old": 0})
            async with asyncio.timeout(SENDING_SECONDS):
                await line.send_bytes(chunk)
            place = begin + len(chunk)
    except (ConnectionError, TimeoutError):
        await line.close()
    finally:
        terminal.leave(viewer)


def obey(terminal: Terminal, text: str) -> None:
    """What the page says beside keys: the size of its window. Anything else is left alone."""
    try:
        found = json.loads(text)
        columns, rows = found["columns"], found["rows"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(columns, int) and isinstance(rows, int) and 1 <= columns <= 1000 and 1 <= rows <= 1000:
        terminal.resize(columns, rows)


def assert_own_page(headers: Mapping[str, str]) -> None:
    """
    Refuses a page of another site: browsers let every page open a line to every host, with the user's cookies, and say
    in `Origin` whose page it is. A proxy may have given the request another host; then it says which was asked for.
    """
    origin = headers.get("Origin", "")
    hosts = [headers.get("Host", ""), *headers.get("X-Forwarded-Host", "").split(",")]
    asked = {with_port(host.strip(), urlsplit(origin).scheme) for host in hosts if host.strip()}
    if not origin or with_port(urlsplit(origin).netloc, urlsplit(origin).scheme) not in asked:
        raise Problem(403, f"Origin: found {origin[:100]!r}. Open the terminal from the home's own page.")


def with_port(host: str, scheme: str) -> str:
    """A host with its port, which browsers leave out where it is the usual one."""
    name = host.lower()
    usual = {"https": ":443", "http": ":80"}.get(scheme, "")
    return name.removesuffix(usual) if usual else name


def files_of(folder: Path) -> dict[str, bytes]:
    """The page's files by path: few and small, so they are kept, and no path leads anywhere else."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

"""The gateway: what programs may ask of the home."""

import os
import time
from dataclasses import asdict

from aiohttp import web

from berth_agent.identity import PUBLIC, read_identity
from berth_web import Handler, Signs, ok, problems, read_object

from .notes import FIELDS, Notes, now
from .settings import Settings
from .terminals import Terminals


class Gateway:
    """Its handlers."""

    def __init__(self, settings: Settings, terminals: Terminals, signs: Signs) -> None:
        self._settings = settings
        self._terminals = terminals
        self._signs = signs
        self._notes = Notes(settings.home / ".berth" / "notes")
        self._started_at = now()
        self._started = time.monotonic()

    def app(self) -> web.Application:
        """All of it."""
        app = web.Application(middlewares=[problems, self._as_use])
        app.add_routes(
            [
                web.get("/health", self.health),
                web.get("/v1/home", self.home),
                web.get("/v1/notes", self.list),
                web.post("/v1/notes", self.create),
                web.get("/v1/notes/{id}", self.show),
                web.patch("/v1/notes/{id}", self.change),
                web.delete("/v1/notes/{id}", self.delete),
            ]
        )
        return app

    @web.middleware
    async def _as_use(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Who asks for more than whether it is there uses the home."""
        if request.path != "/health":
            self._signs.input()
        return await handler(request)

    async def health(self, _: web.Request) -> web.Response:
        return ok({"status": "ok"})

    async def home(self, _: web.Request) -> web.Response:
        identity = read_identity(self._settings.identity)
        disk = os.statvfs(self._settings.home)
        return ok(
            {
                **{name: identity.get(name) for name in PUBLIC},
                "startedAt": self._started_at,
                "uptimeSeconds": round(time.monotonic() - self._started, 1),
                "disk": {
                    "usedBytes": (disk.f_blocks - disk.f_bfree) * disk.f_frsize,
                    "totalBytes": disk.f_blocks * disk.f_frsize,
                },
                "terminals": self._terminals.names(),
                "notes": len(self._notes.all()),
            }
        )

    async def list(self, _: web.Request) -> web.Response:
        return ok({"notes": [asdict(note) for note in self._notes.all()]})

    async def create(self, request: web.Request) -> web.Response:
        note = self._notes.create(await read_object(request, FIELDS))
        response = ok(asdict(note), 201)
        response.headers["Location"] = f"/v1/notes/{note.id}"
        return response

    async def show(self, request: web.Request) -> web.Response:
        return ok(asdict(self._notes.get(request.match_info["id"])))

    async def change(self, request: web.Request) -> web.Response:
        return ok(asdict(self._notes.change(request.match_info["id"], await read_object(request, FIELDS))))

    async def delete(self, request: web.Request) -> web.Response:
        self._notes.delete(request.match_info["id"])
        return web.Response(status=204)

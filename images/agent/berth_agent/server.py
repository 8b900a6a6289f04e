"""The agent's answers over HTTP."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from .activity import Activity
from .identity import Identity
from .metrics import figures_of, format_figures, read_usage
from .ready import Readiness

# Started once: when a workspace has used up its processes, the agent still answers.
THREADS = 4
REQUEST_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """What one path answers."""

    status: int
    body: str
    type: str = "application/json"


@dataclass(frozen=True)
class Sources:
    """What the answers are made of."""

    readiness: Readiness
    activity: Activity
    identity: Identity


def answer_to(sources: Sources, path: str, is_loopback: bool) -> Answer:
    """The answer to a GET."""
    asked = urlsplit(path)
    match asked.path:
        case "/healthz":
            return _json(200, {"status": "ok"})
        case "/ready":
            wait = "wait" in parse_qs(asked.query, keep_blank_values=True)
            reason = sources.readiness.reason_after_wait() if wait else sources.readiness.reason_against()
            return _json(200, {"ready": True}) if reason is None else _json(503, {"ready": False, "reason": reason})
        case "/activity":
            return _json(200, sources.activity.report())
        case "/metrics":
            return Answer(200, _metrics(sources), "text/plain; version=0.0.4; charset=utf-8")
        case "/identity" if not is_loopback:
            return _json(403, {"error": "/identity: asked from elsewhere. Ask within the workspace."})
        case "/identity":
            found = sources.identity.public()
            return _json(200, found) if found else _json(404, {"error": "/identity: the workspace is nobody's yet."})
        case other:
            known = "/healthz, /ready, /activity, /metrics, /identity"
            return _json(404, {"error": f"path: found {other[:100]!r}. Ask for one of {known}."})


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value) + "\n")


def _metrics(sources: Sources) -> str:
    seen = sources.activity.seen()
    age = None if seen.last_input is None else (datetime.now(UTC) - seen.last_input).total_seconds()
    is_there = bool(sources.identity.values)
    return format_figures(figures_of(read_usage(), age, seen.jobs, sources.readiness.seconds_to_ready, is_there))


def is_loopback_peer(address: str, host: str | None) -> bool:
    """
    Whether a request came from the workspace itself and meant it. A page in the workspace's own browser can lead a name
    of its own to 127.0.0.1, so the name that was asked for counts too.
    """
    peer = ip_address(address.partition("%")[0])
    mapped = getattr(peer, "ipv4_mapped", None)
    name = urlsplit(f"//{host or ''}").hostname
    return (mapped or peer).is_loopback and name in ("localhost", "127.0.0.1", "::1")


def make_server(port: int, sources: Sources) -> HTTPServer:
    """A server that listens already, and answers when `serve` is called."""

    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS
        server_version = "berth-agent"
        sys_version = ""

        def do_GET(self) -> None:
            is_loopback = is_loopback_peer(self.client_address[0], self.headers.get("Host"))
            self._send(answer_to(sources, self.path, is_loopback))

        def _send(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes ask each second: nobody wants to read of it."""

    class Server(HTTPServer):
        def server_bind(self) -> None:
            """Bound below."""

        def handle_error(self, request: object, client_address: object) -> None:
            """A peer that went away is none of our troubles."""

    server = Server(("", port), Handler, bind_and_activate=False)
    server.socket.close()
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    server.socket = socket.create_server(("", port), family=family, dualstack_ipv6=both, backlog=64)
    return server


def serve(server: HTTPServer) -> None:
    """Answers from now on, in threads that end with the process."""

    def forever(handle: Callable[[], None]) -> None:
        while True:
            handle()

    for index in range(THREADS):
        threading.Thread(target=forever, args=[server.handle_request], name=f"http-{index}", daemon=True).start()

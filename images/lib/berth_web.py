"""What the small services in the images share: errors that say field, value and fix, and signs of use for the agent."""

import json
import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TITLES = {
    400: ("malformed", "The request cannot be read"),
    403: ("forbidden", "That is not allowed from here"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "This path has no such method"),
    409: ("conflict", "That does not fit the present state"),
    413: ("too-large", "The body is too large"),
    415: ("unsupported-media-type", "The body is of the wrong type"),
    422: ("invalid", "A value is not valid"),
    429: ("limit-reached", "A limit is reached"),
    503: ("unavailable", "Not available at the moment"),
    507: ("disk-full", "There is no room for it"),
}


@dataclass(frozen=True)
class Mistake:
    """One wrong field."""

    field: str
    value: str
    fix: str


def mistake(field: str, value: object, fix: str) -> Mistake:
    """A wrong field with what was found there, shortened."""
    shown = value if isinstance(value, str) else json.dumps(value, default=str)
    return Mistake(field, shown if len(shown) <= 100 else shown[:99] + "…", fix)


class Problem(Exception):
    """A request that is refused: becomes a problem document (RFC 9457). Its words are shown to the caller."""

    def __init__(self, status: int, detail: str, mistakes: Collection[Mistake] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.mistakes = mistakes


def invalid(*mistakes: Mistake) -> Problem:
    """Values that are wrong, all of them at once."""
    detail = " ".join(f"{wrong.field}: found {wrong.value!r}. {wrong.fix}" for wrong in mistakes)
    return Problem(422, detail, mistakes)


def problem_response(problem: Problem) -> web.Response:
    """The answer to a request that is refused."""
    code, title = TITLES.get(problem.status, ("internal", "Something went wrong here"))
    body: dict[str, object] = {
        "type": f"urn:berth:problem:{code}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.mistakes:
        body["errors"] = [asdict(wrong) for wrong in problem.mistakes]
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if problem.status in (429, 503):
        headers["Retry-After"] = "5"
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=problem.status, text=text, content_type="application/problem+json", headers=headers)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers what is refused, and what does not exist, in the same form."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except web.HTTPNotFound:
        return problem_response(Problem(404, f"There is nothing at {request.path[:100]}."))
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return problem_response(Problem(405, f"method: found {request.method}. Use one of {allowed}."))
    except web.HTTPRequestEntityTooLarge:
        return problem_response(Problem(413, "Send a smaller body."))


def ok(value: object, status: int = 200) -> web.Response:
    """A value as JSON."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    text = json.dumps(value, ensure_ascii=False) + "\n"
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


async def read_object(request: web.Request, known: Collection[str]) -> dict[str, object]:
    """
    The JSON object that a request sends, with known fields only. Only as `application/json`, which a page of another
    site cannot send without asking.
    """
    if request.content_type != "application/json":
        raise Problem(415, f"Content-Type: found {request.content_type!r}. Send the body as application/json.")
    try:
        found = json.loads(await request.text() or "{}")
    except (ValueError, RecursionError) as error:
        raise Problem(400, f"The body is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Problem(400, "Send a JSON object.")
    unknown = [name for name in found if name not in known]
    if unknown:
        fix = f"There is no such field: use {', '.join(known)}."
        raise invalid(*(mistake(name, found[name], fix) for name in unknown))
    return found


def whole_number(body: Mapping[str, object], name: str, default: int, least: int, most: int) -> int | Mistake:
    """A whole number of a body, or what is wrong with it."""
    found = body.get(name, default)
    if isinstance(found, int) and not isinstance(found, bool) and least <= found <= most:
        return found
    return mistake(name, found, f"Write a whole number from {least} to {most}.")


class Signs:
    """What a service leaves for the agent in `$BERTH_RUN`: inputs and running jobs."""

    def __init__(self, run: Path) -> None:
        self._run = run

    def input(self) -> None:
        """The user did something."""
        with suppress(OSError):
            (self._run / "input").touch()

    def begin_job(self, name: str, pid: int) -> None:
        """A job runs as long as this process, or until it is ended."""
        with suppress(OSError):
            (self._run / "jobs" / name).write_text(str(pid))

    def end_job(self, name: str) -> None:
        """The job is over."""
        with suppress(OSError):
            (self._run / "jobs" / name).unlink()


def signs_of_environment() -> Signs:
    """The signs of this workspace."""
    return Signs(Path(os.environ.get("BERTH_RUN", "/tmp/berth")))

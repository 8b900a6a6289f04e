"""Notes in the home's volume: a file each."""

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from berth_web import Mistake, Problem, invalid, mistake

FIELDS = ("title", "text")
MAX_TITLE = 200
MAX_TEXT = 64 * 1024
MOST = 1000
NAME = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Note:
    """One note."""

    id: str
    title: str
    text: str
    createdAt: str
    updatedAt: str


class Notes:
    """All of them. What was written is on the disk when the caller is told so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Note]:
        """Every note, the last changed first."""
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        found = (self._read(name.removesuffix(".json")) for name in names if name.endswith(".json"))
        return sorted((note for note in found if note is not None), key=lambda note: note.updatedAt, reverse=True)

    def get(self, name: str) -> Note:
        """The note of an id; raises a `Problem` when there is none."""
        note = self._read(name)
        if note is None:
            raise Problem(404, f"id: found {name[:100]!r}. There is no such note: GET /v1/notes lists them.")
        return note

    def create(self, body: dict[str, object]) -> Note:
        """A new note."""
        title, text = _texts(body, {"title": "", "text": ""})
        if len(self.all()) >= MOST:
            raise Problem(429, f"There are {MOST} notes already: delete one first.")
        at = now()
        return self._write(Note(secrets.token_hex(8), title, text, at, at))

    def change(self, name: str, body: dict[str, object]) -> Note:
        """Another title or text; what is not named stays."""
        note = self.get(name)
        title, text = _texts(body, {"title": note.title, "text": note.text})
        return self._write(replace(note, title=title, text=text, updatedAt=now()))

    def delete(self, name: str) -> None:
        """Removes a note."""
        self.get(name)
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def _read(self, name: str) -> Note | None:
        if not NAME.fullmatch(name):
            return None
        try:
            return Note(**json.loads((self._folder / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, note: Note) -> Note:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = self._folder / f".{note.id}"
            with temporary.open("w") as stream:
                json.dump(asdict(note), stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.rename(self._folder / f"{note.id}.json")
        except OSError as error:
            raise Problem(507, f"The note cannot be kept: {error.strerror}.") from None
        return note


def _texts(body: dict[str, object], present: dict[str, str]) -> tuple[str, str]:
    mistakes: list[Mistake] = []
    for name, most in (("title", MAX_TITLE), ("text", MAX_TEXT)):
        value = body.get(name, present[name])
        if not isinstance(value, str) or len(value.encode(errors="replace")) > most:
            mistakes.append(mistake(name, value, f"Write a text of at most {most} bytes."))
    if mistakes:
        raise invalid(*mistakes)
    return str(body.get("title", present["title"])), str(body.get("text", present["text"]))


def now() -> str:
    """This moment."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

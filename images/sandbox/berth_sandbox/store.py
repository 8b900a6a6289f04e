"""The sandboxes of this workspace: a folder each, which survives a restart."""

import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from berth_web import Problem

from .files import opened
from .keeper.disk import open_folder, used_by
from .limits import MIB, Limits, limits_of_file
from .remove import remove_tree
from .settings import SettingsError

NAME = re.compile(r"sb-[0-9a-f]{16}")
KILLED: dict[str, object] = {"exit": None, "signal": None, "reason": "killed"}


@dataclass
class Sandbox:
    """One sandbox."""

    id: str
    path: Path
    limits: Limits
    created_at: str
    last_run: dict[str, object] | None = None
    """The report of the last run that has ended."""
    is_running: bool = field(default=False)

    def to_json(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "id": self.id,
            "createdAt": self.created_at,
            "running": self.is_running,
            "limits": self.limits.to_json(),
            "lastRun": self.last_run,
        }

    def open_files(self) -> int:
        """Opens the folder of its files, which a program may have replaced: a link is not followed."""
        with opened(open_folder(str(self.path))) as folder:
            for name in ("files", "tmp"):
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=folder)
            try:
                return open_folder("files", folder)
            except OSError:
                raise Problem(409, f"{self.id}: its folder was replaced by a program. Delete the sandbox.") from None

    def room(self) -> int:
        """Bytes that are left of its disk."""
        most = self.limits.disk * MIB
        with opened(open_folder(str(self.path))) as folder:
            return most - used_by(folder, most)

    def save(self) -> None:
        """Keeps what a restart should find."""
        value = {**self.to_json(), "limits": self.limits.to_json()}
        temporary = self.path / f".{secrets.token_hex(4)}"
        temporary.write_text(json.dumps(value))
        temporary.rename(self.path / "sandbox.json")


class Store:
    """All of them."""

    def __init__(self, root: Path, most: Limits) -> None:
        self._root = root / "sandboxes"
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fix = f"Name a folder that user {os.getuid()} can write: {error.strerror}."
            raise SettingsError(f"RUNNER_ROOT: found {str(root)!r}. {fix}") from None
        self._sandboxes: dict[str, Sandbox] = {}
        for path in sorted(self._root.iterdir()):
            self._find(path, most)

    def _find(self, path: Path, most: Limits) -> None:
        """Takes over a folder of an earlier life; what is no sandbox, such as half of a removed one, goes."""
        if not NAME.fullmatch(path.name) or path.is_symlink():
            self._remove(path.name)
            return
        try:
            with (path / "sandbox.json").open() as stream:
                kept = json.loads(stream.read(MIB))
            created_at, was_running, last_run = str(kept["createdAt"]), kept.get("running"), kept.get("lastRun")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            kept, created_at, was_running, last_run = {}, now(), False, None
        sandbox = Sandbox(path.name, path, limits_of_file(kept.get("limits"), most), created_at)
        # The runner died with the run: nobody else is there to say so.
        sandbox.last_run = KILLED if was_running else last_run if isinstance(last_run, dict) else None
        self._sandboxes[sandbox.id] = sandbox

    def all(self) -> list[Sandbox]:
        """Every sandbox, the oldest first."""
        return sorted(self._sandboxes.values(), key=lambda sandbox: (sandbox.created_at, sandbox.id))

    def get(self, name: str) -> Sandbox:
        """The sandbox of an id; raises a `Problem` when there is none."""
        sandbox = self._sandboxes.get(name)
        if sandbox is None:
            raise Problem(404, f"id: found {name[:100]!r}. There is no such sandbox: GET /sandboxes lists them.")
        return sandbox

    def create(self, limits: Limits) -> Sandbox:
        """A new, empty one."""
        name = f"sb-{secrets.token_hex(8)}"
        path = self._root / name
        try:
            for folder in (path, path / "files", path / "tmp"):
                folder.mkdir(mode=0o700)
            sandbox = Sandbox(name, path, limits, now())
            sandbox.save()
        except OSError as error:
            self._remove(name)
            raise Problem(507, f"The sandbox cannot be made: {error.strerror}.") from None
        self._sandboxes[name] = sandbox
        return sandbox

    def forget(self, sandbox: Sandbox) -> None:
        """Nobody finds it any more."""
        self._sandboxes.pop(sandbox.id, None)

    def remove(self, sandbox: Sandbox) -> None:
        """Removes its files. Under another name first: half of a sandbox must not come back after a restart."""
        with opened(open_folder(str(self._root))) as root:
            moved = f".removed-{secrets.token_hex(8)}"
            try:
                os.rename(sandbox.id, moved, src_dir_fd=root, dst_dir_fd=root)
            except FileNotFoundError:
                return
        self._remove(moved)

    def _remove(self, name: str) -> None:
        with opened(open_folder(str(self._root))) as root:
            try:
                remove_tree(name, root)
            except NotADirectoryError:
                os.unlink(name, dir_fd=root)


def now() -> str:
    """This moment."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

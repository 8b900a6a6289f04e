"""How much a sandbox's files take."""

import os
import stat
import time

# Files take more than their bytes: each costs the volume an entry, and whoever looks at them time.
MAX_FILES = 20_000
MAX_DEPTH = 64


def used_by(folder: int, most: int) -> int:
    """
    Bytes that the files below an open folder take on the disk, links not followed. Counting ends when there is more
    than `most`; too many files, or folders too deep, count as more.
    """
    count = _Count(most)
    count.add(folder, 0)
    return count.bytes


class _Count:
    def __init__(self, most: int) -> None:
        self._most = most
        self._files = 0
        self.bytes = 0

    def add(self, folder: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.bytes = self._most + 1
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if self.bytes > self._most:
                    return
                self._add_entry(folder, entry, depth)

    def _add_entry(self, folder: int, entry: "os.DirEntry[str]", depth: int) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return
        self._files += 1
        self.bytes += status.st_blocks * 512
        if self._files > MAX_FILES:
            self.bytes = self._most + 1
        elif stat.S_ISDIR(status.st_mode):
            self._add_folder(folder, entry.name, depth)

    def _add_folder(self, folder: int, name: str, depth: int) -> None:
        try:
            inner = open_folder(name, folder)
        except OSError:
            return
        try:
            self.add(inner, depth + 1)
        finally:
            os.close(inner)


def open_folder(name: str, folder: int | None = None) -> int:
    """Opens a folder, never through a link; one whose rights were taken away gets them back."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=folder)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=folder)
        return os.open(name, flags, dir_fd=folder)


class DiskWatch:
    """Looks at the disk now and then: the longer a look takes, the more seldom."""

    def __init__(self, folder: int, most: int, seconds: float) -> None:
        self._folder = folder
        self._most = most
        self._seconds = seconds
        self._next = 0.0
        self.used = 0
        """Bytes at the last look."""

    def is_over(self, now: float) -> bool:
        """Whether there was more than allowed at the last look, which may be now."""
        if now >= self._next:
            self.look()
            taken = time.monotonic() - now
            self._next = now + max(self._seconds, 10 * taken)
        return self.used > self._most

    def look(self) -> None:
        """Counts now."""
        self.used = used_by(self._folder, self._most)

"""Files of a sandbox, by paths that go through no link: who asks never gets out of it."""

import os
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress

from berth_web import Problem, invalid, mistake

MAX_PATH = 1024
CHUNK = 64 * 1024


def parts_of(path: str) -> list[str]:
    """The names of a path from the sandbox's folder; raises a `Problem`. No name is the folder itself."""
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names:
        raise invalid(mistake("path", path, "Write a path within the sandbox, without '..'."))
    if "\0" in path or len(path.encode(errors="replace")) > MAX_PATH or any(len(name.encode()) > 255 for name in names):
        raise invalid(mistake("path", path, f"Write at most {MAX_PATH} bytes, 255 in each name, without NUL."))
    return names


@contextmanager
def opened(descriptor: int) -> Iterator[int]:
    """Closes what was opened."""
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_at(root: int, names: list[str], flags: int) -> int:
    """Opens what a path names, name by name; raises a `Problem` when there is no such thing, or a link on the way."""
    current = os.dup(root)
    for index, name in enumerate(names):
        is_last = index == len(names) - 1
        wanted = flags if is_last else os.O_RDONLY | os.O_DIRECTORY
        try:
            following = os.open(name, wanted | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=current)
        except OSError as error:
            raise _problem_of("/".join(names[: index + 1]), error) from None
        finally:
            os.close(current)
        current = following
    return current


def make_folders(root: int, names: list[str]) -> int:
    """Opens a folder, and makes it and those on the way where they are missing."""
    current = os.dup(root)
    for index, name in enumerate(names):
        try:
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=current)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            following = os.open(name, flags, dir_fd=current)
        except OSError as error:
            raise _problem_of("/".join(names[: index + 1]), error) from None
        finally:
            os.close(current)
        current = following
    return current


def _problem_of(path: str, error: OSError) -> Problem:
    match error:
        case FileNotFoundError():
            return Problem(404, f"path: found {path!r}. There is no such file.")
        case NotADirectoryError():
            return invalid(mistake("path", path, "It is no folder, or a link: name a path without links."))
        case PermissionError():
            return Problem(403, f"path: found {path!r}. The program took away the right to it.")
        case _ if error.errno in (40, 6):  # ELOOP: a link; ENXIO: a pipe that nobody reads
            return invalid(mistake("path", path, "It is a link or a pipe: name a file or a folder."))
        case _:
            return invalid(mistake("path", path, f"It cannot be opened: {error.strerror}."))


def open_file_or_folder(root: int, path: str) -> tuple[int, os.stat_result]:
    """Opens what a path names for reading, if it is a file or a folder."""
    descriptor = open_at(root, parts_of(path), os.O_RDONLY)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return descriptor, status
    os.close(descriptor)
    raise invalid(mistake("path", path, "It is a pipe or a socket: name a file or a folder."))


async def write_file(root: int, path: str, chunks: AsyncIterator[bytes], room: Callable[[], int]) -> int:
    """
    Writes a file whole, or not at all: beside its place first, so that nothing that is there is written through. `room`
    is how many bytes the sandbox has left. Returns the file's size.
    """
    names = parts_of(path)
    if not names:
        raise invalid(mistake("path", path, "Name a file, or send a folder as application/x-tar."))
    with opened(make_folders(root, names[:-1])) as folder:
        temporary = f".upload-{secrets.token_hex(8)}"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with opened(os.open(temporary, flags, 0o644, dir_fd=folder)) as file:
                size = await copy(chunks, file, room())
            os.rename(temporary, names[-1], src_dir_fd=folder, dst_dir_fd=folder)
            return size
        except IsADirectoryError:
            raise invalid(mistake("path", path, "It is a folder: name a file.")) from None
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)


async def copy(chunks: AsyncIterator[bytes], file: int, most: int) -> int:
    """Writes what comes to an open file, at most so much; raises a `Problem` when there is no room."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Problem(
                507, f"body: found more than {max(most, 0)} bytes. The sandbox has room for no more: see diskMiB."
            )
        try:
            view = memoryview(chunk)
            while view:
                view = view[os.write(file, view) :]
        except OSError as error:
            raise Problem(507, f"body: cannot be written: {error.strerror}.") from None
    return size

"""Folders as tar archives, both ways."""

import os
import stat
import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from berth_web import Problem, invalid, mistake

from .files import CHUNK, make_folders, opened, parts_of
from .keeper.disk import MAX_DEPTH, MAX_FILES, open_folder

BLOCK = 512


def pack(folder: int) -> Iterator[bytes]:
    """An archive of an open folder, piece by piece; links as links, pipes and sockets left out."""
    for name, entry in _entries(folder, "", 0):
        yield from _pack_entry(name, entry)
    yield bytes(2 * BLOCK)


class _Entry:
    """Something in a folder that is open."""

    def __init__(self, folder: int, name: str, status: os.stat_result) -> None:
        self.folder = folder
        self.name = name
        self.status = status


def _entries(folder: int, prefix: str, depth: int) -> Iterator[tuple[str, _Entry]]:
    for name in sorted(os.listdir(folder)):
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            continue
        yield prefix + name, _Entry(folder, name, status)
        if stat.S_ISDIR(status.st_mode) and depth < MAX_DEPTH:
            try:
                inner = open_folder(name, folder)
            except OSError:
                continue
            with opened(inner):
                yield from _entries(inner, f"{prefix}{name}/", depth + 1)


def _pack_entry(path: str, entry: _Entry) -> Iterator[bytes]:
    mode = entry.status.st_mode
    info = tarfile.TarInfo(path)
    info.mode, info.mtime = stat.S_IMODE(mode), int(entry.status.st_mtime)
    if stat.S_ISDIR(mode):
        info.type = tarfile.DIRTYPE
        yield info.tobuf(tarfile.PAX_FORMAT)
    elif stat.S_ISLNK(mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(entry.name, dir_fd=entry.folder)
        yield info.tobuf(tarfile.PAX_FORMAT)
    elif stat.S_ISREG(mode):
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(entry.name, flags, dir_fd=entry.folder)
        except OSError:
            return
        with opened(file):
            yield from _pack_file(info, file)


def _pack_file(info: tarfile.TarInfo, file: int) -> Iterator[bytes]:
    info.size = os.fstat(file).st_size
    yield info.tobuf(tarfile.PAX_FORMAT)
    left = info.size
    while left > 0:
        # A file that shrinks while it is read is filled up, one that grows is cut: the archive stays one.
        chunk = os.read(file, min(CHUNK, left)) or bytes(min(CHUNK, left))
        left -= len(chunk)
        yield chunk
    yield bytes(-info.size % BLOCK)


def unpack(archive: BinaryIO, root: int, path: str, room: int) -> int:
    """
    Writes the files of an archive into a folder of the sandbox, which is made where it is missing. Folders, files and
    links are taken, whose names must stay within; what was written before a refusal stays. Returns how many there were.
    """
    base = parts_of(path)
    count = 0
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            for member in tar:
                count += 1
                room -= _unpack_member(tar, member, root, [*base, *parts_of(member.name)], room)
                if count > MAX_FILES:
                    raise invalid(mistake("body", count, f"Send at most {MAX_FILES} files."))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Problem(400, f"The body is not a tar archive: {error}.") from None
    except OSError as error:
        raise Problem(507, f"body: cannot be written: {error.strerror}.") from None
    return count


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, root: int, names: list[str], room: int) -> int:
    """Writes one of them; how many bytes it took."""
    if len(names) > MAX_DEPTH:
        raise invalid(mistake("body", member.name, f"Send folders at most {MAX_DEPTH} deep."))
    if member.isdir():
        with opened(make_folders(root, names)) as folder:
            os.fchmod(folder, (member.mode & 0o777) | 0o700)
        return 0
    if not names or not (member.isreg() or member.issym()):
        raise invalid(mistake("body", member.name, "Send files, folders and symbolic links only."))
    if member.size > room:
        raise Problem(507, f"body: {member.name!r} has {member.size} bytes. The sandbox has room for {max(room, 0)}.")
    with opened(make_folders(root, names[:-1])) as folder:
        _remove_file(names[-1], folder)
        if member.issym():
            os.symlink(member.linkname, names[-1], dir_fd=folder)
            return 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        source = tar.extractfile(member)
        assert source is not None
        with os.fdopen(os.open(names[-1], flags, 0o600, dir_fd=folder), "wb") as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
            os.fchmod(file.fileno(), (member.mode & 0o777) | 0o600)
    return member.size


def _remove_file(name: str, folder: int) -> None:
    """Makes room for a file; a folder is not replaced by one."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except IsADirectoryError:
        raise invalid(mistake("body", name, "There is a folder of this name.")) from None

"""Taking a folder away, whatever a program made of it."""

import os
import secrets
import stat

from .keeper.disk import open_folder


def remove_tree(name: str, parent: int) -> None:
    """
    Removes a folder of `parent` and all in it, links not followed. Each folder in it is moved up before it is emptied,
    so that no depth is too deep: neither for names nor for open files.
    """
    waiting = [name]
    while waiting:
        current = waiting.pop()
        try:
            folder = open_folder(current, parent)
        except FileNotFoundError:
            continue
        try:
            waiting += _empty(folder, parent)
        finally:
            os.close(folder)
        os.rmdir(current, dir_fd=parent)


def _empty(folder: int, parent: int) -> list[str]:
    """Removes the files of a folder and moves its folders to `parent`; their new names."""
    os.fchmod(folder, 0o700)
    moved = []
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    for name, status in found:
        if stat.S_ISDIR(status.st_mode):
            new = f".removed-{secrets.token_hex(8)}"
            # A folder that is moved must be writable itself: its entry `..` changes.
            os.chmod(name, 0o700, dir_fd=folder)
            os.rename(name, new, src_dir_fd=folder, dst_dir_fd=parent)
            moved.append(new)
        else:
            os.unlink(name, dir_fd=folder)
    return moved

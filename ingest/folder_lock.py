"""A folder that one process has to itself."""

import fcntl
import os
from pathlib import Path


class FolderInUseError(Exception):
    """Another process has the folder; trying again does not help while it runs."""


def hold(folder: Path, what: str) -> int:
    """Take a folder for this process, until the file that is returned is closed; the lock is gone with the process.

    Args:
        folder: which exists.
        what: is kept in it, for people.

    Raises:
        FolderInUseError: if another process has it.
    """
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        message = f"{what} in {folder} is open in another process: end that one, or give this one its own folder"
        raise FolderInUseError(message) from error
    return file

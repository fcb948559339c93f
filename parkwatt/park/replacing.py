"""Replaces a file as a whole: who reads it sees the old text or the new one, and a power cut leaves one of them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Put data in the place of a file, with its permissions; a link goes on pointing where it did.

    Raises:
        OSError: if the file or its folder may not be written; the file is as it was.
    """
    path = path.resolve()
    before = path.stat()
    if not os.access(path, os.W_OK):
        raise PermissionError(13, os.strerror(13), str(path))
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
            os.fchmod(number, before.st_mode & 0o7777)
            with suppress(PermissionError):
                os.fchown(number, before.st_uid, before.st_gid)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; on disk when this returns.

    Raises:
        OSError: if it is there, or may not be written.
    """
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

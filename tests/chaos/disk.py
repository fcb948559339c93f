"""A small disk that can be filled and emptied: a file system in memory, mounted where a process keeps its data."""

import contextlib
import functools
import os
import shutil
import subprocess
from pathlib import Path

_BLOCK = bytes(65_536)


@functools.cache
def why_not() -> str | None:
    """Why no small disk can be mounted here; None if it can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "only root may mount a small disk"
    if shutil.which("mount") is None:
        return "there is no mount command"
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    return None if tried.returncode == 0 else f"mounting is refused here: {tried.stderr.decode().strip()}"


class SmallDisk:
    """A disk of its own under a folder."""

    def __init__(self, folder: Path, *, megabytes: int = 64) -> None:
        """Mount it."""
        self._folder, self._filler = folder, folder / "filler"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "parkwatt-chaos", str(folder)], check=True)

    def fill(self) -> None:
        """Leave no room, not even for one byte in a new block."""
        with self._filler.open("ab", buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(_BLOCK):
                pass

    def make_room(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def end(self) -> None:
        """Take it away; what was on it stays beside it, to be looked at."""
        kept = self._folder.with_name(self._folder.name + "-kept")
        with contextlib.suppress(shutil.Error):  # something on it was still moving
            shutil.copytree(self._folder, kept, ignore=shutil.ignore_patterns(self._filler.name))
        subprocess.run(["umount", "--lazy", str(self._folder)], check=False)

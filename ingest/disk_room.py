"""Whether the disk under a server was full, and whether there is room again.

A NATS server that once could not write takes no more messages for that stream, not even when there is room again; only
a new start heals it (seen with 2.15.1). So someone has to notice.
"""

import shutil
from pathlib import Path

SCARCE = 1 * 2**20
"""With less room than this a disk counts as full [bytes]."""

ENOUGH = 8 * 2**20
"""With this much a new start is worth trying [bytes]."""

_SAID_FULL = b"no space left on device"


class DiskRoom:
    """Watches a folder's disk and the log of the server that writes there."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder, self._log = folder, log
        self._read = 0
        self.was_full = False

    def begin(self) -> None:
        """Start over: a server was started anew, and what its log says from here on counts."""
        self._read = self._log.stat().st_size if self._log.exists() else 0
        self.was_full = False

    def look(self) -> None:
        """Note whether the disk is full, or was since the last look as far as the log says."""
        if shutil.disk_usage(self._folder).free < SCARCE or self._log_says_so():
            self.was_full = True

    def has_room(self) -> bool:
        """Whether there is enough room to go on."""
        return shutil.disk_usage(self._folder).free >= ENOUGH

    def _log_says_so(self) -> bool:
        with self._log.open("rb") as log:
            log.seek(self._read)
            said = log.read(2**20)
            self._read = log.tell()
        return _SAID_FULL in said

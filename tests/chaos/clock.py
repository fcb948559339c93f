"""A clock that jumps: what the processes under test take for the time of day."""

import functools
import random
from pathlib import Path

_LIBRARIES = ("/usr/lib", "/usr/local/lib")


@functools.cache
def library() -> str | None:
    """libfaketime, in the build for threads; None where it is not installed (Debian: faketime)."""
    for root in _LIBRARIES:
        for found in sorted(Path(root).glob("**/faketime/libfaketimeMT.so.1")):
            return str(found)
    return None


class JumpingClock:
    """An offset to the real time that can be changed while processes run; monotonic time stays as it is."""

    def __init__(self, folder: Path, *, rng: random.Random) -> None:
        """Begin with the real time."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file, self._rng = folder / "clock", rng
        self._set(0)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process believe it, within a second.

        Without a cache every question for the time reads the file; and the "fix" for timed waits of old C libraries
        breaks those of newer ones, so that Python's threads no longer take turns.
        """
        return {
            "LD_PRELOAD": library() or "",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self) -> None:
        """Go forwards or backwards, by seconds or by days."""
        self._set(self._rng.choice((-1, 1)) * int(10 ** self._rng.uniform(0, 6)))

    def _set(self, seconds: int) -> None:
        fresh = self._file.with_name("clock.new")
        fresh.write_text(f"{seconds:+d}\n", encoding="ascii")
        fresh.replace(self._file)

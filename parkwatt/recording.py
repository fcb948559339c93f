"""Records that people enter while Parkwatt runs: what somebody wants in the park file, and what is in the way."""

from typing import Protocol

from parkwatt.onboarding import Remark
from parkwatt.park.changes import Change
from parkwatt.park.strict import Strict


class RecordError(Exception):
    """What was wanted cannot be done, and nothing was changed; trying again helps once the reason is gone.

    Attributes:
        remark: what is in the way.
        lines: what to add or to remove by hand.
    """

    def __init__(self, remark: Remark, *, lines: str = "") -> None:
        """Keep the reason."""
        self.remark, self.lines = remark, lines
        super().__init__(remark.detail or remark.code)


class Recording(Protocol):
    """Writes records of any section into the park file. Safe to call from several threads.

    Everything raises `RecordError` if it cannot be done.
    """

    def add(self, record: Strict) -> Change:
        """Write a record into its section, and go on with the park as it is then."""
        ...

    def withdraw(self, record: Strict) -> None:
        """Say of a record that it counts no longer, and go on; its line stays."""
        ...

    def take_back(self, change_id: str) -> Change:
        """Take out what was added, and go on."""
        ...

    def changes(self, section: str) -> tuple[Change, ...]:
        """What was added to a section here and still stands, the newest first."""
        ...

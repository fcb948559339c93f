"""A member of an MQTT 5 shared subscription: the broker hands every message to one member of the group."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[^/+#\s\x00-\x1f\x7f]{1,64}")


@dataclass(frozen=True, slots=True)
class Share:
    """One member of a group of collectors.

    Attributes:
        group: the name they share.
        name: this one's own, the same at every start: the broker keeps what it was handed under it.
    """

    group: str
    name: str = "1"

    def __post_init__(self) -> None:
        """Refuse names that cannot stand in a topic filter or a client id.

        Raises:
            ValueError: if group or name is one.
        """
        for what, text in (("share", self.group), ("member", self.name)):
            if _NAME.fullmatch(text) is None:
                message = f"{what} {text!r} is no name; use 1 to 64 characters without blanks, /, + and #"
                raise ValueError(message)

    def __str__(self) -> str:
        """For people."""
        return f"member {self.name}'s share of group {self.group}"

    @property
    def member(self) -> str:
        """What tells its client id at the broker from those of the others."""
        return f"{self.group}-{self.name}"

    def filters(self, topic_filters: Sequence[str]) -> list[str]:
        """Topic filters as the group subscribes to them."""
        return [f"$share/{self.group}/{topic_filter}" for topic_filter in topic_filters]

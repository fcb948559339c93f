"""What a view shows at one moment, and the little that changed since: the page's live messages."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dashboards.live.format import Shown

Json = Mapping[str, object]
"""Data for a chart: only what JSON can say."""


class Fragment(NamedTuple):
    """A piece of HTML that is replaced as a whole.

    Attributes:
        version: changes only when the browser should replace it; values inside it move by their own keys.
        html: the piece.
    """

    version: Hashable
    html: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A view at one moment, in one language.

    Attributes:
        values: what stands at each `data-live` key.
        fragments: lists and tables, by `data-fragment` key.
        charts: what each chart draws, by `data-chart` key.
    """

    values: Mapping[str, Shown] = field(default_factory=dict)
    fragments: Mapping[str, Fragment] = field(default_factory=dict)
    charts: Mapping[str, Json] = field(default_factory=dict)

    def __or__(self, other: "Frame") -> "Frame":
        """Both together; the other wins where they meet."""
        return Frame(
            {**self.values, **other.values}, {**self.fragments, **other.fragments}, {**self.charts, **other.charts}
        )


def message(new: Frame, old: Frame | None = None) -> dict[str, object]:
    """What the browser must be told to get from `old` to `new`; everything where there is no old, empty if nothing.

    `v`: values, as [text, unit, title, state, share]; `f`: fragments; `c`: charts.
    """
    base = old or Frame()
    values = {key: list(shown) for key, shown in new.values.items() if base.values.get(key) != shown}
    fragments = {
        key: piece.html
        for key, piece in new.fragments.items()
        if key not in base.fragments or base.fragments[key].version != piece.version
    }
    charts = {key: data for key, data in new.charts.items() if base.charts.get(key) != data}
    parts = {"v": values, "f": fragments, "c": charts}
    return {name: part for name, part in parts.items() if part}

"""Meters in rows so that adding up a whole park is a handful of array operations."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parkwatt.park import Meter, Park, Role


@dataclass(frozen=True, slots=True)
class _Level:
    """The rows of one depth, and where the children of each of their parents begin."""

    rows: slice
    starts: NDArray[np.intp]
    parents: NDArray[np.intp]


class MeterTree:
    """The park's meters level by level, children of one parent side by side.

    Only a parent of the same carrier counts: a compressor's electricity does not add up to air.

    Attributes:
        meters: in the order of the rows.
        row: of each meter by id.
        parent: row of each row's parent, -1 at the top.
        leaves: rows without children.
    """

    def __init__(self, park: Park) -> None:
        """Arrange the meters of a park."""
        by_id = park.meter_by_id
        children: dict[str | None, list[Meter]] = {}
        for meter in park.meters:
            upstream = by_id.get(meter.parent) if meter.parent is not None else None
            same = upstream is not None and upstream.carrier == meter.carrier
            children.setdefault(meter.parent if same else None, []).append(meter)
        self.meters: list[Meter] = []
        self.row: dict[str, int] = {}
        self._levels: list[_Level] = []
        parents: list[int] = []
        level: list[tuple[int, Meter]] = [(-1, meter) for meter in children.get(None, ())]
        while level:
            first = len(self.meters)
            for parent, meter in level:
                self.row[meter.id] = len(self.meters)
                self.meters.append(meter)
                parents.append(parent)
            if level[0][0] >= 0:
                above, starts = np.unique([parent for parent, _ in level], return_index=True)
                self._levels.append(_Level(slice(first, len(self.meters)), starts, above))
            level = [(self.row[meter.id], child) for _, meter in level for child in children.get(meter.id, ())]
        self.parent = np.array(parents, dtype=np.intp)
        is_parent = np.zeros(len(self.meters), dtype=bool)
        is_parent[self.parent[self.parent >= 0]] = True
        self.leaves = np.flatnonzero(~is_parent)

    def __len__(self) -> int:
        """How many meters there are."""
        return len(self.meters)

    def rows_above(self, roles: AbstractSet[Role]) -> NDArray[np.intp]:
        """Rows of the meters with one of these roles, and of all upstream of them."""
        found = {row for row, meter in enumerate(self.meters) if meter.role in roles}
        for row in sorted(found):
            above = int(self.parent[row])
            while above >= 0 and above not in found:
                found.add(above)
                above = int(self.parent[above])
        return np.array(sorted(found), dtype=np.intp)

    def add_up(self, values: NDArray[Any], weight: NDArray[Any]) -> None:
        """Set every parent's row to the sum of its children's rows times their weights, in place."""
        for level in reversed(self._levels):
            block = values[level.rows]
            weights = weight[level.rows].reshape(-1, *[1] * (values.ndim - 1)).astype(values.real.dtype, copy=False)
            values[level.parents] = np.add.reduceat(block * weights, level.starts, axis=0)

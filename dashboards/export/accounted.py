"""What accounting makes of readings, as tables: consumption per meter, emissions per enterprise and carrier."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.emitters import Emitter
from dashboards.export.table import Column, Kind, Piece, Table
from parkwatt.accounting.periods import QUARTER
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, Consumption, Stretch

RowsOf = Callable[[Stretch], Consumption]
"""What registers say of a stretch of time, per meter and 15 minutes."""

_AT_ONCE: Millis = 31 * 86_400_000
_PERIOD = (Column("start", "开始时间", Kind.TIME), Column("end", "结束时间", Kind.TIME))
_SHARES = (
    Column("measured_share", "实测占比", Kind.NUMBER),
    Column("estimated_share", "估算占比", Kind.NUMBER),
)
_CO2 = (
    Column("co2_location_kg", "二氧化碳_区域法_kg", Kind.NUMBER),
    Column("co2_market_kg", "二氧化碳_市场法_kg", Kind.NUMBER),
    Column("co2_annex4_kg", "二氧化碳_附件4_kg", Kind.NUMBER),
)
_CONSUMPTION = (
    Column("meter", "表计"),
    Column("enterprise", "企业"),
    Column("carrier", "能源品种"),
    *_PERIOD,
    Column("amount", "用量", Kind.NUMBER),
    Column("unit", "单位"),
    Column("energy_kwh", "能量_kWh", Kind.NUMBER),
    Column("standard_coal_tce", "标准煤_当量值_tce", Kind.NUMBER),
    Column("standard_coal_equal_tce", "标准煤_等价值_tce", Kind.NUMBER),
    *_CO2,
    Column("cost_yuan", "费用_元", Kind.NUMBER),
    *_SHARES,
    Column("factors", "因子"),
)
_EMISSIONS = (
    Column("enterprise", "企业"),
    Column("carrier", "能源品种"),
    *_PERIOD,
    *_CO2,
    *_SHARES,
    Column("factors", "因子"),
)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Numbers added up per owner and period, as arrays of one length.

    Attributes:
        owner: number of the owner.
        period: number of the period.
        numbers: a column per name in `FIELDS`; NaN where no part has it, shares of the period's time.
        factors: ids that they rest on, per owner.
    """

    owner: NDArray[np.int64]
    period: NDArray[np.int64]
    numbers: NDArray[np.float64]
    factors: Mapping[int, str]

    def column(self, name: str) -> list[float | None]:
        """One of `FIELDS`; None where it is absent."""
        return [None if np.isnan(number) else number for number in self.numbers[:, FIELDS.index(name)].tolist()]


def consumption(meters: tuple[Meter, ...], rows_of: RowsOf, borders: NDArray[np.int64]) -> Table:
    """A row per meter and period: what it took in. A period of which nothing is known has no row.

    Args:
        meters: which.
        rows_of: asked for stretches of time.
        borders: of the periods [ms], growing.
    """
    number = {meter.id: n for n, meter in enumerate(meters)}

    def pieces() -> Iterator[Piece]:
        for stretch in _stretches(borders):
            found = _sums(rows_of(Stretch(int(stretch[0]), int(stretch[-1]))), stretch, number)
            who = [meters[n] for n in found.owner.tolist()]
            yield (
                [m.id for m in who],
                [m.enterprise for m in who],
                [m.carrier for m in who],
                stretch[found.period].tolist(),
                stretch[found.period + 1].tolist(),
                found.column("amount"),
                [QUANTITIES[m.medium.register].unit for m in who],
                *(found.column(name) for name in ("kwh", "tce", "tce_equal", *_CO2_NAMES, "cost", *_SHARE_NAMES)),
                [found.factors[n] for n in found.owner.tolist()],
            )

    return Table(_CONSUMPTION, pieces())


def emissions(emitters: Sequence[Emitter], rows_of: RowsOf, borders: NDArray[np.int64]) -> Table:
    """A row per emitter and period: the CO2 of what it took in, as far as known; shares are means over its meters.

    Args:
        emitters: who, each with the meters that make it up.
        rows_of: asked for stretches of time; of all these meters.
        borders: of the periods [ms], growing.
    """
    number = {meter: n for n, meter in enumerate(dict.fromkeys(meter for one in emitters for meter in one.terms))}
    terms = [np.array([[number[meter], factor] for meter, factor in one.terms.items()]) for one in emitters]

    def pieces() -> Iterator[Piece]:
        for stretch in _stretches(borders):
            found = _sums(rows_of(Stretch(int(stretch[0]), int(stretch[-1]))), stretch, number)
            by_meter = np.full((len(number), len(stretch) - 1, len(_CO2_NAMES) + len(_SHARE_NAMES)), np.nan)
            by_meter[found.owner, found.period] = found.numbers[:, _EMITTED]
            whole = np.stack([_added(by_meter, of) for of in terms], axis=1)
            period, who = np.nonzero(~np.isnan(whole[:, :, 0]))
            yield (
                [emitters[n].enterprise for n in who.tolist()],
                [emitters[n].carrier for n in who.tolist()],
                stretch[period].tolist(),
                stretch[period + 1].tolist(),
                *whole[period, who].T.tolist(),
                [_rest_on(found, emitters[n], number) for n in who.tolist()],
            )

    return Table(_EMISSIONS, pieces() if emitters else iter(()))


def _added(by_meter: NDArray[np.float64], terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """CO2 and shares per period of a sum of meters; NaN where none of them is known."""
    its = by_meter[terms[:, 0].astype(np.int64)]
    co2, shares = its[:, :, : len(_CO2_NAMES)], its[:, :, len(_CO2_NAMES) :]
    total = np.where(np.isnan(co2).all(axis=0), np.nan, np.nansum(co2 * terms[:, 1, None, None], axis=0))
    return np.concatenate((total, np.nan_to_num(shares).mean(axis=0)), axis=1)


def _rest_on(found: _Sums, emitter: Emitter, number: Mapping[str, int]) -> str:
    """Ids of the factors behind an emitter."""
    ids = {one for meter in emitter.terms for one in found.factors.get(number[meter], "").split(";") if one}
    return ";".join(sorted(ids))


_CO2_NAMES = tuple(column.name for column in _CO2)
_SHARE_NAMES = ("measured_share", "estimated_share")
_EMITTED = [FIELDS.index(name) for name in (*_CO2_NAMES, *_SHARE_NAMES)]


def _stretches(borders: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Borders of whole periods, as many together as are computed at once."""
    first = 0
    while first < len(borders) - 1:
        last = int(np.searchsorted(borders, borders[first] + _AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), len(borders) - 1)
        yield borders[first : last + 1]
        first = last


def _sums(rows: Consumption, borders: NDArray[np.int64], number: Mapping[str, int]) -> _Sums:
    """Rows of some meters added up by the owner that each has, in order of time, then of owner."""
    owner_of = np.array([number.get(about.meter, -1) for about in rows.abouts] or [-1], np.int64)
    owner = owner_of[rows.about] if len(rows) else rows.about
    period = np.searchsorted(borders, rows.start, side="right") - 1
    inside = (owner >= 0) & (period >= 0) & (period < len(borders) - 1)
    order = np.lexsort((rows.start, owner, period))
    order = order[inside[order]]
    keys, place = np.unique(period[order] * (len(number) + 1) + owner[order], return_inverse=True)
    numbers = np.full((len(keys), len(FIELDS)), np.nan)
    for n in range(len(FIELDS)):
        column = rows.numbers[order, n]
        known = ~np.isnan(column)
        sums = np.bincount(place[known], column[known], len(keys))
        there = np.bincount(place[known], minlength=len(keys)) > 0
        numbers[there, n] = sums[there]
    period, owner = np.divmod(keys, len(number) + 1)
    for name in _SHARE_NAMES:
        numbers[:, FIELDS.index(name)] *= QUARTER / np.diff(borders)[period]
    factors: dict[int, set[str]] = {}
    for about in rows.abouts:
        factors.setdefault(number.get(about.meter, -1), set()).update(filter(None, about.factors.split(";")))
    return _Sums(owner, period, numbers, {n: ";".join(sorted(ids)) for n, ids in factors.items()})

"""The factors that count in a park: those that ship, and the park's own in their place."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from parkwatt.accounting.factors.library import COUNTRY, Factor, shipped
from parkwatt.park import Park
from parkwatt.park.carbon import OwnFactor
from parkwatt.park.times import days_of

AVERAGE, RESIDUAL, ANNEX_4 = "average", "residual_excl_market_nonfossil", "zero_carbon_park_annex4"
"""Bases of electricity factors: of a whole grid; of what green contracts leave of it; fixed, for zero-carbon parks."""


class FactorBook:
    """Factors by id and by what they are for.

    A factor is frozen per reporting year: a year's figures rest on the newest data that describe that year or one
    before it, and do not change when newer data come out.
    """

    def __init__(self, own: Sequence[OwnFactor] = ()) -> None:
        """The factors that ship, and a park's own, which count in their place while they are valid."""
        self._own: dict[str, list[OwnFactor]] = {}
        for factor in own:
            self._own.setdefault(factor.id, []).append(factor)

    @classmethod
    def of(cls, park: Park) -> "FactorBook":
        """Of a park."""
        return cls(park.factors)

    def get(self, factor_id: str, *, year: int) -> Factor:
        """A factor by its id, as it counts for a reporting year.

        Raises:
            LookupError: if there is none of that id.
        """
        own = self._standing(factor_id, year)
        found = own or shipped().get(factor_id)
        if found is None:
            message = f"there is no factor {factor_id!r}"
            raise LookupError(message)
        return found

    def electricity(self, basis: str, region: str | None, *, year: int) -> Factor:
        """The factor of electricity from the grid [kgCO2/kWh] for a reporting year.

        The region's, else the country's; of the newest data year that is not after the reporting year, else of the
        earliest there is. A factor of the park's own may name the region and no year.

        Args:
            basis: one of `AVERAGE`, `RESIDUAL`, `ANNEX_4`.
            region: of the grid, for example 广东; None for the country.
            year: reporting year.

        Raises:
            LookupError: if neither the region nor the country has one.
        """
        for name in dict.fromkeys((region or COUNTRY, COUNTRY)):
            series = f"electricity_cn/{basis}/{name}"
            own = self._standing(series, year)
            if own is not None:
                return own
            years = self._years.get(series, ())
            if years:
                fitting = [data for data in years if data <= year]
                newest = max(fitting) if fitting else min(years)
                return self.get(f"{series}/{newest or 'fixed'}", year=year)
        message = f"no {basis} factor of electricity for {region} or {COUNTRY}"
        raise LookupError(message)

    @cached_property
    def _years(self) -> Mapping[str, tuple[int, ...]]:
        """Data years that each series of electricity factors has; 0 for one without a year."""
        found: dict[str, list[int]] = {}
        for factor_id, factor in shipped().items():
            if factor_id.startswith("electricity_cn/"):
                found.setdefault(factor_id.rpartition("/")[0], []).append(factor.year or 0)
        return {series: tuple(years) for series, years in found.items()}

    def _standing(self, factor_id: str, year: int) -> Factor | None:
        """The park's own factor of an id that is valid in a year; the one that became valid last."""
        valid = [factor for factor in self._own.get(factor_id, ()) if _valid(factor, year)]
        if not valid:
            return None
        own = max(valid, key=lambda factor: factor.valid_from or "")
        return Factor(
            id=own.id,
            value=own.value,
            unit=own.unit,
            year=None,
            region=own.region,
            source=f"{own.source} ({own.reason})",
            checked=own.checked,
            version=own.version,
        )


def _valid(factor: OwnFactor, year: int) -> bool:
    """Whether a factor holds at the end of a year, or until its own end within it."""
    start = days_of(factor.valid_from)[0] if factor.valid_from else date.min
    end = days_of(factor.valid_until)[1] if factor.valid_until else date.max
    return start < date(year + 1, 1, 1) and end > date(year, 1, 1)

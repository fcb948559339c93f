"""Everything beside readings that derived rows rest on: what a park declares, factors, prices, closed periods."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from hashlib import sha256

from parkwatt.accounting.conversions import conversions
from parkwatt.accounting.emissions import Conversion, Supplied
from parkwatt.accounting.factors import Factor, FactorBook
from parkwatt.accounting.life import Lives
from parkwatt.accounting.periods import local_date
from parkwatt.accounting.prices import Pricing
from parkwatt.park import Meter, Park
from parkwatt.park.closing import Lock
from parkwatt.park.times import Span, days_of, span_of
from parkwatt.readings import Millis

EDITION = "3"
"""Of the rules in the code: raised when the same readings and declarations come to other figures than before."""
_NEAR: Millis = 31 * 86_400_000
"""Events this far outside of a month may be felt in it [ms]: meters' habits reach four weeks."""

Market = Mapping[tuple[str | None, str, date], Supplied]
"""What contracts and certificates make of electricity, by enterprise (None: the park itself), meter and first day of a
month; the meter is empty for all meters of the enterprise that others are not supplied through."""


class Rules:
    """The rules of a park.

    Attributes:
        park: whose.
        lives: what is declared of registers.
        book: factors.
        pricing: prices.
    """

    def __init__(self, park: Park, *, market: Market | None = None) -> None:
        """Of a park as its file says it now.

        Args:
            park: whose rules.
            market: what contracts and certificates make of electricity; without it nothing is covered.
        """
        self.park = park
        self.lives = Lives(park)
        self.book = FactorBook.of(park)
        self.pricing = Pricing(park)
        self._market = market or {}
        self._conversions: dict[tuple[str, date], dict[str, Conversion]] = {}
        self._names: dict[tuple[str, date], str] = {}
        self._spans: dict[date, Span] = {}

    @cached_property
    def locks(self) -> tuple[tuple[Span, Lock], ...]:
        """Closed periods and their time."""
        return tuple((span_of(lock.period, self.park.zone), lock) for lock in self.park.locks if not lock.withdrawn)

    def conversions(self, meter: Meter, month: date) -> Mapping[str, Conversion]:
        """What one unit of a meter's amount stands for in a month, by field of derived data."""
        key = (meter.id, month)
        if key not in self._conversions:
            supplied = None
            if meter.carrier == "electricity":
                of_all = self._market.get((meter.enterprise, "", month))
                supplied = self._market.get((meter.enterprise, meter.id, month), of_all)
            self._conversions[key] = conversions(
                self.book, meter, self.park.grid_region, year=month.year, supplied=supplied
            )
        return self._conversions[key]

    def named(self, meter: Meter, month: date) -> str:
        """Ids of everything that a month's rows rest on, `;` between."""
        key = (meter.id, month)
        if key not in self._names:
            factors = {factor for each in self.conversions(meter, month).values() for factor in each.factors}
            self._names[key] = ";".join(sorted({*map(factor_name, factors), *self.pricing.ids(meter, month)}))
        return self._names[key]

    def basis(self, meter: Meter, month: date) -> str:
        """A fingerprint of all that a month's rows rest on beside readings: another one means to account it again."""
        span = self._span(month)
        life = self.lives.of(meter, "")
        near = [e for e in life.events if any(span.start - _NEAR <= t < span.end + _NEAR for t in (e.time, e.until))]
        used = {name: repr(each.per_unit) for name, each in self.conversions(meter, month).items()}
        formula = self.park.formulas.get(meter.id)
        said = (
            EDITION, meter.enterprise, self.park.givers.get(meter.id), meter.carrier, meter.role,
            life.digits, life.limit, life.ratio, near, str(formula),
            self.named(meter, month), used, self.pricing.basis(meter, month),
        )  # fmt: skip
        return sha256(repr(said).encode()).hexdigest()[:16]

    def months(self, start: Millis, end: Millis) -> Iterator[tuple[date, Span]]:
        """The local months that a stretch of time touches: their first days, and their time."""
        month = local_date(start, self.park.zone).replace(day=1)
        while (span := self._span(month)).start < end:
            yield month, span
            month = days_of(f"{month:%Y-%m}")[1]

    def _span(self, month: date) -> Span:
        """The time of a month, by its first day."""
        if month not in self._spans:
            self._spans[month] = span_of(f"{month:%Y-%m}", self.park.zone)
        return self._spans[month]


def factor_name(factor: Factor) -> str:
    """The id of a factor, with its version where it has more than one."""
    return factor.id if factor.version == "1" else f"{factor.id}@{factor.version}"

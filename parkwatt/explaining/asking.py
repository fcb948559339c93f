"""What is asked: which figure, of whom, of which time, and how far down."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from parkwatt.explaining.chain import Depth
from parkwatt.explaining.phrases import Phrase
from parkwatt.park import Domain, Park
from parkwatt.park.mistakes import nearest
from parkwatt.store.derived import Stretch

FIELDS: Mapping[str, str] = {
    "amount": "amount",
    "kwh": "kwh",
    "tce": "tce",
    "tce_equal": "tce_equal",
    "co2_location": "co2_location_kg",
    "co2_market": "co2_market_kg",
    "co2_annex4": "co2_annex4_kg",
    "cost": "cost",
}
"""What can be asked for -> the field of derived data that it is a sum of."""
UNITS: Mapping[str, str] = {
    "kwh": "kWh",
    "tce": "tce",
    "tce_equal": "tce",
    "co2_location_kg": "kg CO2",
    "co2_market_kg": "kg CO2",
    "co2_annex4_kg": "kg CO2",
    "cost": "yuan",
}
"""Units of fields; an amount has that of its carrier's register."""


_FEW = 30
"""Known names that are listed in place of a misspelt one."""


class NoFigureError(ValueError):
    """There is no such figure; its text says in English what there is.

    Attributes:
        said: the same in both languages.
    """

    def __init__(self, said: Phrase) -> None:
        """With what is said to whoever asked."""
        super().__init__(said.said("en"))
        self.said = said


class NobodyError(NoFigureError):
    """The park has no such enterprise or meter."""


class SubjectKind(StrEnum):
    """Whose figure it is."""

    PARK = "park"
    ENTERPRISE = "enterprise"
    METER = "meter"


class Subject(NamedTuple):
    """Whose figure it is; `id` is empty for the park."""

    kind: SubjectKind
    id: str = ""

    @classmethod
    def of(cls, park: Park, *, enterprise: str | None, meter: str | None) -> "Subject":
        """An enterprise, a meter, or with neither the park.

        Raises:
            NoFigureError: if both are named.
            NobodyError: if the park has none of that id.
        """
        if enterprise and meter:
            raise NoFigureError(Phrase("refused.two_subjects"))
        if enterprise:
            _refuse_unknown("enterprise", enterprise, park.enterprise_by_id)
            return cls(SubjectKind.ENTERPRISE, enterprise)
        if meter:
            _refuse_unknown("meter", meter, park.meter_by_id)
            return cls(SubjectKind.METER, meter)
        return cls(SubjectKind.PARK)


class Question(NamedTuple):
    """A figure that is asked for.

    Attributes:
        what: one of `FIELDS`.
        subject: whose.
        stretch: of time, whole quarter-hours [ms].
        depth: how far down to go.
        carrier: only what flows of this; None for all that count.
        domain: only what serves this part of the park; None for all.
    """

    what: str
    subject: Subject
    stretch: Stretch
    depth: Depth
    carrier: str | None = None
    domain: str | None = None

    @property
    def field(self) -> str:
        """The field of derived data."""
        return FIELDS[self.what]

    def checked(self, park: Park) -> "Question":
        """The same question, if the park can answer it.

        Raises:
            NoFigureError: if there is no such figure, carrier or domain.
        """
        if self.what not in FIELDS:
            raise NoFigureError(Phrase("refused.figure", name=self.what, way_out=_way_out(self.what, FIELDS)))
        if self.carrier is not None:
            _refuse_unknown("carrier", self.carrier, {meter.carrier: meter for meter in park.carrier_meters})
        if self.domain is not None:
            _refuse_unknown("domain", self.domain, {str(domain): domain for domain in Domain})
        return self


def _refuse_unknown(kind: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise NobodyError(Phrase(f"refused.{kind}", name=name, way_out=_way_out(name, known)))


def _way_out(name: str, known: Mapping[str, object]) -> Phrase:
    """What to do about a misspelt name."""
    if near := nearest(name, list(known)):
        return Phrase("refused.did_you_mean", name=near)
    return Phrase("refused.use_one", names=tuple(known)) if 0 < len(known) <= _FEW else Phrase("refused.spelling")

"""What is wrong with the formulas of virtual meters: texts that are none, circles, carriers that do not add up."""

from collections.abc import Iterator, Mapping

from parkwatt.park.consistency import ById
from parkwatt.park.formulas import Formula, FormulaError, read
from parkwatt.park.mistakes import Mistake

_OF_REAL_METERS = ("device", "topic", "wire_id", "register_digits")
"""Keys that say how a meter's messages are read."""


def virtual(meters: ById, default_carrier: str) -> Iterator[Mistake]:
    """Mistakes in formulas.

    Args:
        meters: all meters of the park.
        default_carrier: of a meter that says none.
    """
    formulas: dict[str, Formula] = {}
    for meter, record in meters.items():
        text = record.text("formula")
        if text is None:
            continue
        place = record.where(("formula",))
        for key in _OF_REAL_METERS:
            if key in record.values:
                what = f"meter {meter!r} has a formula and {key}: a virtual meter has no messages"
                yield record.where((key,)).mistake(what, f"take {key} or formula away")
        try:
            formulas[meter] = read(text, meters.keys())
        except FormulaError as error:
            yield place.mistake(f"formula: {error.what}", error.way_out)
            continue
        carrier = record.text("carrier") or default_carrier
        for term in formulas[meter].terms:
            other = meters[term].text("carrier") or default_carrier
            if other != carrier:
                what = f"formula: meter {term!r} measures {other}, this meter {carrier}"
                yield place.mistake(what, "use meters of one carrier")
            elif meters[term].text("role") == "production":
                yield place.mistake(f"formula: meter {term!r} only counts what is made", "use meters of what flows")
    for circle in _circles(formulas):
        what = f"formulas go in a circle: {' -> '.join([*circle, circle[0]])}"
        yield meters[circle[0]].where(("formula",)).mistake(what, "take one of these meters out of a formula")


def _circles(formulas: Mapping[str, Formula]) -> Iterator[list[str]]:
    """Virtual meters that stand for themselves; every way back is told once."""
    done: set[str] = set()
    for start in formulas:
        way: list[str] = []
        ahead: list[Iterator[str]] = [iter((start,))]
        while ahead:
            meter = next(ahead[-1], None)
            if meter is None:
                ahead.pop()
                done.update(way[-1:])
                del way[-1:]
            elif meter in way:
                yield way[way.index(meter) :]
            elif meter in formulas and meter not in done:
                way.append(meter)
                ahead.append(iter(formulas[meter].terms))

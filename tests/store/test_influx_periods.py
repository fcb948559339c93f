"""Periods are put together from several answers, between which readings come in."""

from parkwatt.readings import SeriesKey
from parkwatt.store import Query
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.queries import Questions

KEY = SeriesKey("m1", "energy_import", None)
TAGS = {"meter": "m1", "phase": ""}


class Answering(Connection):
    """Gives prepared answers to what is asked of single fields, one after the other."""

    def __init__(self, *answers: list[Series]) -> None:
        self.answers = list(answers)

    def query(self, influxql: str, *, bucket: str | None = None, precision: str = "ms") -> list[Series]:
        del bucket, precision
        if influxql.startswith("SHOW"):
            return [Series(["fieldKey", "fieldType"], [["energy_import_kwh", "float"]])]
        return self.answers.pop(0)


def edges(*answers: list[Series]) -> dict[SeriesKey, list[int]]:
    questions = Questions(Answering(*answers), "p")
    found = questions.edges(Query(start=0, end=10_000), every=100, origin=0)
    return {key: found[key].start.tolist() for key in found}


def part(*rows: list[float | None]) -> Series:
    return Series(["time", "v", "time_ms"], [list(row) for row in rows], TAGS)


def test_a_period_that_begins_in_between() -> None:
    """A period that only one of the answers has does not count yet; the others are not shifted by it."""
    first = [part([100, 1.0, 101])]
    last = [part([0, 0.5, 99], [100, 2.0, 180], [200, 3.0, 210])]
    assert edges(first, last) == {KEY: [100]}


def test_a_series_that_begins_in_between() -> None:
    """A series that only one of the answers has does not count yet."""
    assert edges([part([100, 1.0, 101])], []) == {}
    assert edges([], [part([100, 1.0, 101])]) == {}


def test_a_point_that_is_being_written() -> None:
    """A period whose last point does not show its time yet does not count; those before it do."""
    first = [part([0, 1.0, 1], [100, 1.5, 101])]
    last = [part([0, 1.2, 99], [100, 2.0, None])]
    assert edges(first, last) == {KEY: [0]}
    assert edges([part([0, 1.0, None])], [part([0, 1.0, None])]) == {}

"""A month for which somebody forgot to declare a price says whose price it uses."""

from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.reports.words import say
from parkwatt.accounting.bill import Metered, span
from parkwatt.accounting.bill_notes import Note, NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.accounting.periods import borders
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from tests.bills import steel


def remarks(month: date, *priced: str) -> list[Note]:
    """What the plant's bill of a month remarks on prices, where some months have one."""
    prices = [{"tariff": "two-part", "month": each, "flat": 0.6, "demand": 36.0} for each in priced]
    park = steel.park(prices=prices)
    at = borders(*span(park, month))
    ones = steel.intervals(np.ones(len(at) - 1), at)
    found = bill(park, "steel", month, Metered({"mill": ones}, {"mill": ones}), at)
    return [note for note in found.remarks if note.code is NoteCode.PRICE_OF_BEFORE]


def test_a_forgotten_month():
    """With monthly prices, a month without one is said to use that of the last, in both languages."""
    (note,) = remarks(date(2018, 4, 1), "2018-02", "2018-03")
    en, zh = (say(f"bill.notes.{note.code}", language, **note.values) for language in ("en", "zh"))
    assert en == "Price of 2018-03 used for tariff two-part; none declared for 2018-04"
    assert "two-part 沿用 2018-03 的价格" in zh
    assert "2018-04 未填写" in zh


@pytest.mark.parametrize(
    ("month", "priced"),
    [
        (date(2018, 4, 1), ("2018-01",)),
        (date(2018, 4, 1), ("2018-01", "2018-03")),
        (date(2018, 3, 1), ("2018-02", "2018-03")),
        (date(2018, 1, 1), ("2017-12", "2018-01")),
        (date(2018, 1, 1), ("2018-02", "2018-03")),
    ],
)
def test_nothing_is_forgotten(month: date, priced: tuple[str, ...]):
    """One standing price, prices that changed now and then, a month with its own price, one before all prices."""
    assert remarks(month, *priced) == []


def test_the_http_interface_carries_it(tmp_path: Path):
    """`/api/v1/bill` has the remark, as a sentence in the language that is asked for."""
    prices = [{"tariff": "two-part", "month": f"2018-0{month}", "flat": 0.6, "demand": 36.0} for month in (2, 3)]
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        context = Context(steel.park(prices=prices), store, Live(), lambda: Status(store.totals()), lambda: 0)
        app = FastAPI()
        app.include_router(api_routes(context))
        asked = {"enterprise": "steel", "month": "2018-04", "lang": "zh"}
        remarks = TestClient(app).get("/api/v1/bill", params=asked).json()["remarks"]
    (text,) = [remark["text"] for remark in remarks if remark["code"] == "price_of_before"]
    assert "2018-04 未填写" in text


def test_over_the_turn_of_the_year():
    """December and January are two months in a row."""
    (note,) = remarks(date(2018, 2, 1), "2017-12", "2018-01")
    assert note.values["used"] == "2018-01"

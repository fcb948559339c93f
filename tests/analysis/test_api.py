"""`/api/v1/analysis` over accounted rows of both stores."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing

import pytest

from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.store import InfluxStore
from tests.account.conftest import influx_store
from tests.analysis.scene import FROM, MIDDLE, TO, Web, served

__all__ = ["influx_store"]

NATURAL_GAS = 10.8139
"""kWh per m3: 38.93 MJ."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A client over an embedded store; nobody changes anything in it."""
    with closing(DuckStore(tmp_path_factory.mktemp("analysis") / "park.duckdb")) as store, served(store) as found:
        yield found


def totals(found: dict, side: str = "now") -> dict:
    return {one["group"]: one["total"] for one in found[side]["groups"]}


def test_enterprises_add_up_to_the_park(web: Web) -> None:
    """What each enterprise used with its own sun, what the park's grid took, and the whole."""
    found = web.get(by="enterprise", carrier="electricity")
    assert totals(found) == pytest.approx({"e": 34 * 24, "f": 8 * 24, None: 2 * 24})
    assert found["now"]["whole"]["total"] == pytest.approx(44 * 24)
    assert (found["unit"], found["every"], found["versus"], found["waterfall"]) == ("kWh", "1h", None, [])
    assert found["now"]["whole"]["measured_share"] == 1
    assert len(found["now"]["periods"]) == 24


def test_domains_take_from_those_above_them(web: Web) -> None:
    """An office below a works is the building's, and no longer the process's; the grid's rest is nobody's."""
    found = web.get(by="domain", carrier="electricity")
    assert totals(found) == pytest.approx({"process": 37 * 24, "building": 5 * 24, None: 2 * 24})
    inside = web.get(by="domain", carrier="electricity", enterprise="e")
    assert totals(inside) == pytest.approx({"process": 29 * 24, "building": 5 * 24})


def test_meters_have_what_no_meter_below_them_takes(web: Web) -> None:
    """Grouped by meter, a meter above others has the rest, so that they add up."""
    found = web.get(by="meter", carrier="electricity", enterprise="e")
    assert totals(found) == pytest.approx({"e-main": 29 * 24, "e-office": 5 * 24})
    assert totals(web.get(by="meter", meter=["e-office", "f-main"])) == pytest.approx({"e-office": 120, "f-main": 192})


def test_carbon_is_of_what_comes_in(web: Web) -> None:
    """Own sun is in the energy and has no CO2; the factor is named."""
    found = web.get(what="co2_location", carrier="electricity", enterprise="e")
    energy = web.get(carrier="electricity", meter="e-main")
    rate = found["now"]["whole"]["total"] / energy["now"]["whole"]["total"]
    assert 0.3 < rate < 0.8
    assert found["unit"] == "kg CO2"
    assert found["now"]["whole"]["factors"]


def test_a_number_names_its_own_factors(web: Web) -> None:
    """Energy rests on heating values, coal on coal's factors, CO2 on its own; none on those of the others."""

    def factors(what: str) -> dict:
        return {one["group"]: one["factors"] for one in web.get(what=what, by="carrier")["now"]["groups"]}

    assert factors("kwh") == {"electricity": [], "gas": ["fuels_cn/天然气/ncv"]}
    assert factors("tce")["electricity"] == ["standard_coal/电力(当量)"]
    assert factors("tce_equal")["electricity"] == ["assumptions/electricity_equal_value"]
    assert factors("co2_location") == {
        "electricity": ["electricity_cn/average/广东/2023"],
        "gas": ["fuels_cn/天然气/co2"],
    }
    assert web.get(what="amount", carrier="gas")["now"]["whole"]["factors"] == []


def test_carriers_in_one_unit(web: Web) -> None:
    """Gas and electricity are added in kWh; m3 need the carrier."""
    found = totals(web.get(by="carrier"))
    assert found["gas"] == pytest.approx(2 * 24 * NATURAL_GAS, rel=1e-3)
    amount = web.get(what="amount", carrier="gas")
    assert (amount["unit"], amount["now"]["whole"]["total"]) == ("m3", pytest.approx(48))


def test_the_day_before(web: Web) -> None:
    """Against the period before, with steps that add up to the change."""
    found = web.get(by="enterprise", carrier="electricity", versus="previous")
    assert (found["versus"]["start"], found["versus"]["end"]) == (
        "2026-01-01T16:00:00.000Z",
        "2026-01-02T16:00:00.000Z",
    )
    assert found["change"] == pytest.approx(240)
    assert found["waterfall"][0]["groups"] == ["e"]
    assert sum(step["change"] for step in found["waterfall"]) == pytest.approx(240)
    same = web.get(by="enterprise", carrier="electricity", versus=f"{FROM}/{MIDDLE}")
    assert same["versus"] == found["versus"]


def test_what_nobody_measured_is_no_zero(web: Web) -> None:
    """A year before there was nothing: null, all of it missing, and no change is said."""
    found = web.get(by="enterprise", carrier="electricity", versus="year_before")
    assert found["versus"]["start"] == "2025-01-02T16:00:00.000Z"
    assert (found["versus"]["whole"]["total"], found["versus"]["whole"]["missing_share"]) == (None, 1)
    assert set(found["versus"]["whole"]["values"]) == {None}
    assert found["change"] is None


def test_what_has_no_price_is_named(web: Web) -> None:
    """Without a tariff there is no cost, and the answer says of which carriers."""
    found = web.get(what="cost", by="carrier")
    assert found["left_out"] == ["electricity", "gas"]
    assert found["now"]["whole"]["total"] is None


def test_the_table_says_the_same(web: Web) -> None:
    """As CSV: a row per side, period and group, times on the park's clocks."""
    params = {"from": MIDDLE, "to": TO, "by": "enterprise", "carrier": "electricity", "every": "1d", "format": "csv"}
    answer = web.client.get("/api/v1/analysis", params=params | {"versus": "previous"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert {(row["side"], row["start"], row["group"]) for row in rows if row["group"] in {"e", "-"}} == {
        (side, start, group)
        for side, start in (("now", "2026-01-03 00:00"), ("versus", "2026-01-02 00:00"))
        for group in ("e", "-")
    }
    whole = [float(row["kwh [kWh]"]) for row in rows if row["group"] == ""]
    assert whole == pytest.approx([44 * 24, 34 * 24])


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({"from": TO, "to": FROM}, 400, "from must be before to"),
        ({"what": "amount"}, 400, "add carrier="),
        ({"carrier": "sun"}, 400, "use one of electricity"),
        ({"enterprise": "x"}, 404, "no enterprise 'x'"),
        ({"meter": "x"}, 404, "no meter 'x'"),
        ({"meter": "e-*"}, 400, "e-office is below e-main"),
        ({"versus": "then"}, 400, "use previous, year_before, or FROM/TO"),
        ({"versus": f"{TO}/{FROM}"}, 400, "FROM must be before TO"),
        ({"from": "1900-01-01T00:00:00Z", "every": "15m"}, 400, "too much for one answer"),
        ({"from": "1900-01-01T00:00:00Z", "every": "15min"}, 400, "too much for one answer"),
    ],
)
def test_questions_without_answer(web: Web, params: dict[str, str], status: int, said: str) -> None:
    """What cannot be answered is refused with a sentence that says what to do."""
    answer = web.client.get("/api/v1/analysis", params={"from": FROM, "to": TO} | params)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_both_stores_answer_the_same(web: Web, influx_store: InfluxStore) -> None:
    """Over InfluxDB the numbers are those over the embedded store."""
    with served(influx_store) as other:
        for params in ({"by": "meter"}, {"what": "co2_market", "by": "domain", "versus": "previous"}):
            assert other.get(**params) == web.get(**params)

"""The green ledger: no MWh counts twice, and what is not covered counts by the residual factor."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.ledger import Ledger, months_of
from parkwatt.park import Park, ParkFileError
from parkwatt.park.carbon import GreenSupply, OwnFactor
from parkwatt.park.ledger_check import claims_of, flaws
from parkwatt.park.load import load_park

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
RESIDUAL = 0.6096


def line(**said: object) -> GreenSupply:
    return GreenSupply.model_validate({"id": "b", "mwh": 10, "vintage": "2026-01", **said})


def park(*ledger: GreenSupply) -> Park:
    enterprises = [{"id": name, "name": {"en": name}} for name in ("a", "b")]
    return Park.model_validate(
        {"id": "p", "name": {"en": "P"}, "time_zone": "Asia/Shanghai", "enterprises": enterprises}
    ).model_copy(update={"green_supply": ledger})


def retired(mwh: float, *, owner: str | None = "a", period: str = "2026-01", green: float = 0.0) -> list[GreenSupply]:
    said = {"mwh": mwh, "enterprise": owner, "vintage": period, "kgco2_per_kwh": green}
    return [line(id=f"{owner}", **said), line(id=f"{owner}-out", action="retired", batch=f"{owner}", **said)]


def test_a_claim_covers_its_month():
    """4 of 10 MWh are claimed: six tenths count with the residual factor, and the line of the ledger is named."""
    ledger = Ledger(park(*retired(4)), {("a", JAN): 10_000.0, ("b", JAN): 10_000.0, (None, JAN): 20_000.0})
    market = ledger.market(FactorBook())
    assert market["a", JAN].market.per_unit == pytest.approx(0.6 * RESIDUAL)
    assert market[None, JAN].market.per_unit == pytest.approx(0.8 * RESIDUAL)
    assert ("b", JAN) not in market
    assert "green_supply/a-out" in {factor.id for factor in market["a", JAN].market.factors}


def test_annex_4_takes_zero_carbon_electricity_off():
    """(came in - zero-carbon) x 0.8325 (2025 No. 910): 4 of 10 MWh are green; what emits takes nothing off."""
    ledger = Ledger(
        park(*retired(4), *retired(5, owner="b", green=0.05)),
        {("a", JAN): 10_000.0, ("b", JAN): 10_000.0, (None, JAN): 20_000.0},
    )
    supplied = ledger.market(FactorBook())
    assert supplied["a", JAN].annex4.per_unit == pytest.approx(0.6 * 0.8325)
    assert supplied["b", JAN].annex4.per_unit == 0.8325
    assert supplied[None, JAN].annex4.per_unit == pytest.approx(0.8 * 0.8325)
    fixed, rest, assumed = supplied["a", JAN].annex4.factors
    assert (assumed.id, assumed.checked) == ("assumptions/annex4_certificates", "unverified")
    assert (fixed.value, rest.value, "a-out: 4000 kWh" in rest.source) == (0.8325, pytest.approx(0.6), True)


def test_an_authority_may_count_only_electricity_that_was_delivered():
    """Where a park says so, certificates alone take nothing off; those out of a contract, and the contract, do."""
    contract = {"mwh": 4, "enterprise": "b", "instrument": "contract"}
    there = park(
        *retired(4),
        line(id="deal", **contract),
        line(id="deal-out", action="retired", batch="deal", mwh=1, enterprise="b"),
    )
    nothing = OwnFactor(
        id="assumptions/annex4_certificates", value=0, unit="kWh/kWh", source="authority", reason="asked"
    )
    book = FactorBook([nothing])
    supplied = Ledger(there, {("a", JAN): 10_000.0, ("b", JAN): 10_000.0, (None, JAN): 20_000.0}).market(book)
    assert supplied["a", JAN].annex4.per_unit == 0.8325
    assert supplied["a", JAN].market.per_unit == pytest.approx(0.6 * RESIDUAL)
    assert supplied["b", JAN].annex4.per_unit == pytest.approx(0.6 * 0.8325)
    assert supplied[None, JAN].annex4.per_unit == pytest.approx(0.8 * 0.8325)


def test_what_exceeds_consumption_covers_nothing():
    """15 MWh claimed for 10: nothing is left to the grid, and 5 MWh are listed as unused."""
    ledger = Ledger(park(*retired(15)), {("a", JAN): 10_000.0, (None, JAN): 12_000.0})
    assert ledger.market(FactorBook())["a", JAN].market.per_unit == 0.0
    assert [use.unused for use in ledger.uses] == [5000.0]


def test_a_year_is_covered_evenly_as_far_as_it_is_over():
    """Of a year's claim the finished months take their days; when all are over, claimed / consumed of the year."""
    claim = park(*retired(365, period="2026"))
    early = Ledger(claim, {("a", JAN): 62_000.0, (None, JAN): 62_000.0})
    assert early.market(FactorBook())["a", JAN].market.per_unit == pytest.approx(0.5 * RESIDUAL)
    year = {(owner, month): 100_000.0 for month in months_of("2026") for owner in ("a", None)}
    late = Ledger(claim, year).market(FactorBook())
    assert [each.market.per_unit for each in late.values()] == pytest.approx([RESIDUAL * (1 - 365 / 1200)] * 24)


def test_the_park_as_a_whole_covers_everybody():
    """What nobody claimed for himself is covered by the park's claims, the same share for each."""
    ledger = Ledger(
        park(*retired(4), *retired(8, owner=None)),
        {("a", JAN): 10_000.0, ("b", JAN): 10_000.0, (None, JAN): 20_000.0},
    )
    market = ledger.market(FactorBook())
    assert market["a", JAN].market.per_unit == pytest.approx(RESIDUAL * (1 - 0.4 - 0.3))
    assert market["b", JAN].market.per_unit == pytest.approx(RESIDUAL * 0.5)
    assert market[None, JAN].market.per_unit == pytest.approx(RESIDUAL * 0.4)


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]), st.sampled_from(["2026", "2026-01", "2026-02"]), st.integers(1, 60),
        st.sampled_from(["certificate", "contract"]),
    ),
    max_size=8,
)  # fmt: skip


@given(CLAIMS, st.lists(st.integers(0, 40_000), min_size=4, max_size=4))
def test_no_mwh_counts_twice(claims, kwh):
    """Whatever is claimed by whom: nobody is covered beyond consumption, and no claim covers more than it has."""
    entries = []
    for number, (owner, period, mwh, instrument) in enumerate(claims):
        said = {"mwh": mwh, "enterprise": owner, "vintage": period, "instrument": instrument}
        entries.append(line(id=f"c{number}", **said))
        if instrument == "certificate":
            entries.append(line(id=f"r{number}", action="retired", batch=f"c{number}", **said))
    consumed = {
        (owner, month): float(kwh[2 * m + o]) for m, month in enumerate((JAN, FEB)) for o, owner in enumerate("ab")
    }
    consumed |= {(None, month): consumed["a", month] + consumed["b", month] for month in (JAN, FEB)}
    ledger = Ledger(park(*entries), consumed)
    assert list(flaws(entries)) == []
    covered: dict[str, float] = {}
    for owner in ("a", "b"):
        for month in (JAN, FEB):
            found = ledger.covered(owner, month)
            assert sum(each.kwh for each in found) <= consumed[owner, month] + 1e-6
            for each in found:
                covered[each.claim.id] = covered.get(each.claim.id, 0.0) + each.kwh
    for use in ledger.uses:
        assert covered.get(use.claim.id, 0.0) <= use.claim.mwh * 1000 + 1e-6
        assert covered.get(use.claim.id, 0.0) == pytest.approx(use.covered, abs=1e-6)


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ([line(), line()], "'b' is issued already, by the park"),
        ([line(id="GEC-001..GEC-100"), line(id="GEC-090..GEC-120")], "'GEC-090..GEC-120' is issued already"),
        ([line(), line(id="r", action="retired", batch="b", mwh=6), line(id="s", action="sold", batch="b", mwh=5)],
         "5 MWh are sold, 4 of 'b' were left"),
        ([line(id="r", action="retired", batch="x")], "there is no issued line 'x' that these MWh come from"),
        ([line(enterprise="a"), line(id="r", action="retired", batch="b", enterprise="b")],
         "'b' belongs to a, and is retired by b"),
        ([line(claimed_for="2025-12")], "claimed for 2025-12, before it was made in 2026-01"),
        ([line(claimed_for="2027", valid_until="2026-06")], "claimed for 2027, and valid until 2026-06 only"),
        ([line(), line(id="r", action="retired", batch="b", vintage="2026-02")], "vintage 2026-02 is not that of 'b'"),
        ([line(id="G1..G10"), line(id="G1..G4", mwh=4, action="retired", batch="G1..G10"),
          line(id="G4..G6", mwh=3, action="sold", batch="G1..G10")], "'G4..G6' is retired already, by the park"),
        ([line(id="G1..G10"), line(id="G1..G10", instrument="contract")], "'G1..G10' is issued already"),
        ([line(id="G1..G9")], "'G1..G9' are 9 certificates, and 10 MWh"),
        ([line(id="G1..G10"), line(id="G11", mwh=1, action="retired", batch="G1..G10")],
         "'G11' is not among the numbers of 'G1..G10'"),
        ([line(valid_until="2026-12"), line(id="r", action="retired", batch="b", claimed_for="2028")],
         "claimed for 2028, and valid until 2026-12 only"),
    ],
)  # fmt: skip
def test_a_ledger_that_cannot_be(ledger, said):
    """A MWh that is there twice, used up twice, or claimed out of its time, is said."""
    assert any(said in flaw.what for flaw in flaws(ledger))


def test_a_contract_claims_what_is_left_of_it():
    """Of 10 MWh 3 and 2 are sold, and certificates of 4 are retired: the contract itself claims 1."""
    contract = {"instrument": "contract"}
    ledger = [
        line(**contract),
        line(id="s1", action="sold", batch="b", mwh=3, **contract),
        line(id="s2", action="sold", batch="b", mwh=2, **contract),
        line(id="G1..G4", action="retired", batch="b", mwh=4),
    ]
    assert list(flaws(ledger)) == []
    assert [(claim.id, claim.mwh) for claim in claims_of(ledger)] == [("b", 1.0), ("G1..G4", 4.0)]
    assert [claim.id for claim in claims_of([*ledger, line(id="G5", action="retired", batch="b", mwh=1)])] == [
        "G1..G4",
        "G5",
    ]


def test_check_says_it_with_its_place(tmp_path: Path):
    """The line of the ledger is named by `parkwatt check`."""
    (tmp_path / "park.yaml").write_text(
        "park: {id: p, name: {en: P}, time_zone: Asia/Shanghai}\ngreen_supply: green.csv\n", encoding="utf-8"
    )
    (tmp_path / "green.csv").write_text("id,mwh,vintage\nG1..G9,9,2026\nG5,1,2026\n", encoding="utf-8")
    with pytest.raises(
        ParkFileError, match=r"green\.csv:3: 'G5' is issued already, by the park as 'G1\.\.G9'; let each"
    ):
        load_park(tmp_path)


def test_months_of_a_period():
    """A year has twelve, a month is one, a day lies in one."""
    assert len(months_of("2026")) == 12
    assert months_of("2026-02") == months_of("2026-02-17") == [FEB]

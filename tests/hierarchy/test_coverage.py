"""Metering coverage counts the meters that are there against those that are needed."""

from pathlib import Path

import pytest

from parkwatt.accounting.coverage import coverage, required_rates, without_level
from parkwatt.park import Enterprise, Meter, Name, Park
from parkwatt.park.carriers import CARRIERS
from parkwatt.park.load import check, load_park
from parkwatt.park.metering import MeteringNeed
from tests.park.writing import HEAD, write


def park(*needs: MeteringNeed, meters: tuple[Meter, ...] = ()) -> Park:
    """A park of one enterprise."""
    enterprises = (Enterprise(id="e", name=Name(en="E")),)
    return Park(
        id="p", name=Name(en="P"), time_zone="UTC", enterprises=enterprises, meters=meters, metering_needs=needs
    )


def test_rates_by_level_and_carrier() -> None:
    """Real meters of a level count, virtual ones and those without a level do not."""
    meters = (
        Meter(id="a", enterprise="e", level="equipment"),
        Meter(id="b", enterprise="e", level="equipment"),
        Meter(id="v", enterprise="e", level="equipment", formula="a + b"),
        Meter(id="c", enterprise="e"),
        Meter(id="g", enterprise="e", carrier="gas", level="unit"),
        Meter(id="own", level="unit"),
    )
    needs = (MeteringNeed(enterprise="e", level="equipment", required=20, source="diagram 3"),)
    there = park(*needs, meters=meters)
    own, electric, gas = coverage(there)
    assert (electric.meters, electric.needed, electric.rate, electric.declared_by) == (2, 20, 0.1, "diagram 3")
    assert electric.required is not None
    assert electric.required.rate == 0.95
    assert electric.lacking == 17  # 19 of 20
    assert (gas.level, gas.rate, gas.lacking) == ("unit", None, None)
    assert own.enterprise is None
    assert without_level(there) == ("c",)


@pytest.mark.parametrize(("needed", "meters", "lacking"), [(0, 0, 0), (1, 0, 1), (20, 19, 0), (21, 19, 1), (3, 9, 0)])
def test_how_many_are_lacking(needed: int, meters: int, lacking: int) -> None:
    """As many as bring the rate to what the standard asks for, whole meters."""
    there = tuple(Meter(id=f"m{n}", enterprise="e", level="equipment") for n in range(meters))
    (found,) = coverage(park(MeteringNeed(enterprise="e", level="equipment", required=needed), meters=there))
    assert found.lacking == lacking
    assert found.rate is not None
    assert 0 <= found.rate <= 1


def test_every_rate_says_how_sure_it_is() -> None:
    """Each required rate has a source and a mark, and a carrier that Parkwatt knows."""
    for (carrier, _), rate in required_rates().items():
        assert carrier in CARRIERS
        assert 0 < rate.rate <= 1
        assert rate.source
        assert rate.checked in {"verified", "two sources", "one secondary source", "unverified"}


def test_needs_come_from_the_park_file(tmp_path: Path) -> None:
    """A table or a list says what is needed; an enterprise that is not there is a mistake."""
    enterprises = "enterprises: [{id: e, name: {en: E}}]\n"
    needs = "enterprise,carrier,level,required,source\ne,gas,unit,2,diagram\n,electricity,part,3,\n"
    found = load_park(write(tmp_path, HEAD + enterprises + "metering_needs: needs.csv\n", needs=needs))
    assert [(n.enterprise, n.carrier, n.level, n.required) for n in found.metering_needs] == [
        ("e", "gas", "unit", 2),
        (None, "electricity", "part", 3),
    ]
    mistakes = check(
        write(tmp_path, HEAD + enterprises + "metering_needs: [{enterprise: x, level: all, required: -1}]\n")
    )
    said = "\n".join(map(str, mistakes))
    assert "there is no enterprise 'x'" in said
    assert "level 'all' is unknown" in said
    assert "required '-1' is out of range" in said

"""The demo park: deterministic, complete at every size, and written as files that Parkwatt reads."""

from pathlib import Path

import pytest

from ingest.simulate.demo_park import demo_park
from ingest.simulate.park_files import write_park
from parkwatt.park import Role
from parkwatt.park.load import load_park

CARRIERS = {"electricity", "gas", "steam", "water", "compressed_air", "cooling"}


def test_the_same_arguments_give_the_same_park():
    """Two demo parks of one size and seed are equal."""
    assert demo_park(meters=150, seed=3) == demo_park(meters=150, seed=3)


@pytest.mark.parametrize("meters", [30, 60, 300, 3000])
def test_every_size_has_every_carrier_and_every_role(meters):
    """A small park leaves out detail, never a kind of energy or a kind of meter."""
    park = demo_park(meters=meters)
    assert len(park.meters) == len(park.meter_by_id) == meters
    assert {meter.carrier for meter in park.meters} == CARRIERS
    assert {meter.role for meter in park.meters} == set(Role) - {Role.PRODUCTION}


@pytest.mark.parametrize("meters", [30, 61, 300, 3000])
def test_parents_are_there_before_their_children(meters):
    """No meter hangs below one that was cut off."""
    known: set[str] = set()
    for meter in demo_park(meters=meters).meters:
        assert meter.parent is None or meter.parent in known
        known.add(meter.id)


def test_no_two_meters_share_an_address():
    """Ids on the wire are unique even with thousands of devices."""
    addresses = [meter.wire_id for meter in demo_park(meters=20_000).meters if meter.wire_id]
    assert len(addresses) == len(set(addresses))


def test_too_few_meters_are_refused():
    """A number of meters that cannot hold every carrier and role is an error that names the least."""
    with pytest.raises(ValueError, match="use 30 or more"):
        demo_park(meters=29)


def test_what_is_written_is_read_again(tmp_path: Path):
    """The park file on disk holds the very park that was written."""
    park = demo_park(meters=300)
    assert load_park(write_park(park, tmp_path / "park")) == park

"""The park as a value."""

from parkwatt.park import Meter, Name, Park


def test_other_meters() -> None:
    """A park with other meters knows those, whatever was looked up in it before."""
    park = Park(id="p", name=Name(en="P"), time_zone="UTC", meters=(Meter(id="a"),))
    assert set(park.meter_by_id) == {"a"}
    assert [m.id for m in park.children(None)] == ["a"]
    other = park.with_meters((Meter(id="b"),))
    assert set(other.meter_by_id) == {"b"}
    assert [m.id for m in other.children(None)] == ["b"]
    assert other.zone is park.zone

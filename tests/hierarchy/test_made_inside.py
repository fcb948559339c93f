"""Steam that a park makes itself: its boiler's meter counts in one direction, and is where the steam comes in."""

import pytest

from parkwatt.accounting.totals import park_use, supplies, uses
from parkwatt.park import Enterprise, Meter, Name, Park, Role

BOILER = Meter(id="boiler", carrier="steam", role=Role.GENERATION)


def park(*meters: Meter) -> Park:
    return Park(
        id="p",
        name=Name(en="P"),
        time_zone="Asia/Shanghai",
        enterprises=(Enterprise(id="a", name=Name(en="A")),),
        meters=meters,
    )


@pytest.mark.parametrize("parent", ["boiler", None])
def test_what_is_made_inside_is_what_the_park_uses(parent: str | None) -> None:
    """The park uses what its boiler made, an enterprise what its meter counted, the grid of pipes the rest."""
    there = park(BOILER, Meter(id="a", carrier="steam", enterprise="a", parent=parent))
    assert [meter.id for meter in supplies(there, "steam")] == ["boiler"]
    assert park_use(there, "steam") == {"boiler": 1.0}
    assert uses(there, "steam") == {"a": {"a": 1.0}, None: {"boiler": 1.0, "a": -1.0}}


def test_steam_that_is_bought_and_made_adds_up() -> None:
    """What comes in from outside and what is made inside are both used."""
    there = park(
        Meter(id="main", carrier="steam", role=Role.SUPPLY), BOILER, Meter(id="a", carrier="steam", enterprise="a")
    )
    assert park_use(there, "steam") == {"main": 1.0, "boiler": 1.0}


def test_a_generator_of_electricity_is_taken_off() -> None:
    """Electricity that is made may leave again: it raises the use by what the border did not see."""
    there = park(Meter(id="grid", role=Role.SUPPLY), Meter(id="roof", parent="grid", role=Role.GENERATION))
    assert park_use(there, "electricity") == {"grid": 1.0, "roof": -1.0}

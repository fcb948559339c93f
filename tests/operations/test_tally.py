"""What readings add up to, exactly."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.moving.tally import Tally
from parkwatt.readings import Quality, Reading
from parkwatt.store import Arrived
from tests.operations.samples import pieces_of
from tests.store.readings import START, power

VALUES = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda x: abs(x) < 1e300))


def arrived(values: list[float], *, meter: str = "m1") -> list[tuple[int, list[Reading]]]:
    return [(START + at, [power(value, meter=meter, time=START + at)]) for at, value in enumerate(values)]


@given(VALUES.filter(bool), st.integers(1, 5), st.randoms())
def test_sums_are_exact(values: list[float], size: int, dice: object) -> None:
    """Whatever order and pieces readings come in: number, exactly rounded sum, smallest and largest are the same."""
    given = arrived(values)
    whole = Tally.of([Arrived.of(*given)]).sums()
    (sums,) = whole.values()
    assert sums[:4] == (len(values), math.fsum(values), min(values), max(values))
    dice.shuffle(given)
    assert Tally.of(pieces_of(Arrived.of(*given), size=size)).sums() == whole


def test_any_difference_shows() -> None:
    """Values that changed places, another arrival or another quality: same sums, another digest."""
    rows = Arrived.of(*arrived([1.0, 2.0, 4.0]))
    swapped = Arrived.of(*arrived([2.0, 1.0, 4.0]))
    (sums,), (other,) = (Tally.of([one]).sums().values() for one in (rows, swapped))
    assert sums[:4] == other[:4]
    assert sums.digest != other.digest
    later = Arrived(rows.readings, rows.arrived + np.array([0, 0, 1]))
    suspect = Arrived.of(*arrived([1.0, 2.0]), (START + 2, [power(4.0, time=START + 2, quality=Quality.SUSPECT)]))
    digests = {next(iter(Tally.of([one]).sums().values())).digest for one in (rows, swapped, later, suspect)}
    assert len(digests) == 4


def test_series_stay_apart() -> None:
    """Each meter has sums of its own, also where pieces number their series differently."""
    tally = Tally.of([Arrived.of(*arrived([1.0], meter="b")), Arrived.of(*arrived([2.0]), *arrived([3.0], meter="b"))])
    assert {key.meter: sums.total for key, sums in tally.sums().items()} == {"b": 4.0, "m1": 2.0}
    assert len(tally) == 3

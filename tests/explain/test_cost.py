"""The chain of a cost says which register counted what is charged, and what became of energy that went out."""

from parkwatt.explaining import Depth
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Stretch
from tests.account.scene import DAY
from tests.explain.scene import LOCAL_DAY, asked, filled, said

A_DAY = Stretch(LOCAL_DAY, LOCAL_DAY + DAY)


def test_the_import_register_is_named(store: Store, home: DerivedStore):
    """Of a meter that counts both ways the import register is charged, and what went out is told beside it."""
    chain = filled(store, home).explain(asked("cost", A_DAY, Depth.METERS, meter="press"))
    text = said(chain)
    assert "what is charged in these hours times its price: what the register energy_import counted" in text
    assert "= 1.0875 yuan/kWh x 840 kWh  agrees" in text
    assert "70 kWh went out in these hours: counted apart, and not taken off" in text
    assert not chain.differing


def test_a_meter_that_counts_one_way(store: Store, home: DerivedStore):
    """Without a register for what goes out it is the balance that is charged."""
    text = said(filled(store, home).explain(asked("cost", A_DAY, Depth.METERS, meter="press-line")))
    assert "what was taken in on balance" in text
    assert "not taken off" not in text

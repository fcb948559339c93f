"""Which factors are ever asked for: those that ship, and factors of electricity of any region."""

from collections.abc import Collection

from parkwatt.accounting.factors.book import ANNEX_4, AVERAGE, RESIDUAL
from parkwatt.accounting.factors.library import shipped

_ELECTRICITY = "electricity_cn"


def is_asked_for(factor_id: str) -> bool:
    """Whether a factor of a park's own takes effect under an id; a factor that nobody asks for changes nothing."""
    if factor_id in shipped():
        return True
    table, *names = factor_id.split("/")
    return table == _ELECTRICITY and len(names) in {2, 3} and names[0] in {AVERAGE, RESIDUAL, ANNEX_4} and all(names)


def ids() -> Collection[str]:
    """Ids to choose from, those of electricity without the year too."""
    regions = {factor_id.rpartition("/")[0] for factor_id in shipped() if factor_id.startswith(_ELECTRICITY)}
    return {*shipped(), *regions}

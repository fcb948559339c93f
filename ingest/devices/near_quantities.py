"""The quantities that a name which is none may mean."""

from difflib import SequenceMatcher

from ingest.formats.vocabulary import understand
from parkwatt.quantities import QUANTITIES

_SAID = 3


def near_quantities(word: str) -> list[str]:
    """The three nearest, best first: by the words of the trade, such as energy of heat, then by their letters."""
    understood = understand(word)
    meant = [] if understood is None else list(understood.quantities)
    by_letters = sorted(QUANTITIES, key=lambda name: -SequenceMatcher(None, word.casefold(), name).ratio())
    return list(dict.fromkeys((*meant, *by_letters)))[:_SAID]

"""What reports say, in English and Chinese: `texts/*.yaml`, a file per report."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from dashboards.live.words import LANGUAGES, Language
from dashboards.texts import Texts, read_texts

BOTH: Final = " · "
"""Between the two languages where a text is in both."""

__all__ = ["BOTH", "LANGUAGES", "Language", "both", "percent", "say", "texts"]

_FOLDER = Path(__file__).parent / "texts"


@cache
def texts() -> Texts:
    """All texts by key, `bill.items.peak`, each by language.

    Raises:
        IncompleteTextError: if one lacks a language.
    """
    return read_texts(_FOLDER)


def say(key: str, language: Language, **fill: float | Decimal | str) -> str:
    """A text in a language, its `{places}` filled: shares as percentages, numbers with two decimals."""
    return texts()[key][language].format(**{name: _said(name, value) for name, value in fill.items()})


def both(key: str) -> str:
    """A heading in both languages, Chinese first: the sheets go to Chinese accountants."""
    return BOTH.join(texts()[key][language] for language in reversed(LANGUAGES))


def percent(share: float) -> str:
    """A share (0 to 1) as a percentage; what is not nothing never looks like nothing, nor a part like all."""
    if 0 < share < 0.0001:
        return "< 0.01 %"
    return "> 99.99 %" if 0.9999 < share < 1 else f"{100 * share:.2f} %"


def _said(name: str, value: float | Decimal | str) -> str:
    if isinstance(value, str):
        return value
    return percent(float(value)) if name == "share" else f"{value:,.2f}"

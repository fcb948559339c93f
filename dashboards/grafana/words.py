"""What the dashboards say, in English and Chinese: `texts/*.yaml`, a file per dashboard."""

from functools import cache
from pathlib import Path
from typing import Final

from dashboards.live.words import LANGUAGES, Language
from dashboards.live.words import Words as PageWords
from dashboards.texts import Texts, read_texts

__all__ = ["BOTH", "LANGUAGES", "Language", "Words", "texts"]

BOTH: Final = " · "
"""Between the two languages where a text is in both."""

_FOLDER = Path(__file__).parent / "texts"


@cache
def texts() -> Texts:
    """All texts by key, `live.power_now.title`, each by language.

    Raises:
        IncompleteTextError: if one lacks a language.
    """
    return read_texts(_FOLDER)


class Words:
    """Texts in one language.

    Attributes:
        language: which.
    """

    def __init__(self, language: Language) -> None:
        """In a language."""
        self.language = language
        self._of_page = PageWords(language)

    def __call__(self, key: str, **fill: object) -> str:
        """The text of a key, its `{places}` filled.

        Raises:
            KeyError: if there is no such text.
        """
        return texts()[key][self.language].format(**fill)

    def carrier(self, name: str) -> str:
        """A carrier's name."""
        return self._of_page(f"carrier.{name}")

    def source(self, name: str) -> str:
        """The name of a source of electricity: grid, pv, battery."""
        return self._of_page(f"source.{name}")

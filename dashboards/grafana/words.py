"""What the dashboards say, in English and Chinese: `texts/*.yaml`, a file per dashboard."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from dashboards.live.words import LANGUAGES, IncompleteTextError, Language
from dashboards.live.words import Words as PageWords

__all__ = ["BOTH", "LANGUAGES", "Language", "Words", "texts"]

BOTH: Final = " · "
"""Between the two languages where a text is in both."""

_FOLDER = Path(__file__).parent / "texts"


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """All texts by key, `live.power_now.title`, each by language.

    Raises:
        IncompleteTextError: if one lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        found |= _leaves(yaml.safe_load(path.read_text("utf-8")), path.stem)
    return found


def _leaves(tree: Mapping[str, object], path: str) -> dict[str, Mapping[str, str]]:
    if tree.keys() & set(LANGUAGES):
        if tree.keys() != set(LANGUAGES) or not all(isinstance(text, str) and text for text in tree.values()):
            message = f"text {path} needs en and zh alone; a text with a comma or a colon needs quotation marks"
            raise IncompleteTextError(message)
        return {path: {language: str(text) for language, text in tree.items()}}
    found: dict[str, Mapping[str, str]] = {}
    for name, branch in tree.items():
        if not isinstance(branch, Mapping):
            message = f"text {path}.{name} needs en and zh"
            raise IncompleteTextError(message)
        found |= _leaves(branch, f"{path}.{name}")
    return found


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

"""The words of the page: every text in English and Chinese, side by side in `texts/*.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from ruamel.yaml import YAML

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
"""The languages the page speaks, the first where nobody asked for another."""

_FORMS = frozenset({*LANGUAGES, "one"})
_TEXTS = Path(__file__).parent / "texts"


class IncompleteTextError(ValueError):
    """A text that lacks a language; found when the page starts, not when somebody reads it."""


Leaf: TypeAlias = Mapping[str, str]
"""A text by language; English may have a second form for one thing, under `one`."""


def _leaves(tree: Mapping[str, object], path: str) -> dict[str, Leaf]:
    if "en" in tree or "zh" in tree:
        if not (tree.get("en") and tree.get("zh")):
            message = f"text {path} needs both en and zh"
            raise IncompleteTextError(message)
        if unknown := tree.keys() - _FORMS:
            message = f"text {path} has {', '.join(sorted(unknown))}; a text with a comma needs quotation marks"
            raise IncompleteTextError(message)
        return {path: {str(form): str(text) for form, text in tree.items()}}
    found: dict[str, Leaf] = {}
    for name, branch in tree.items():
        below = f"{path}.{name}" if path else str(name)
        if not isinstance(branch, Mapping):
            message = f"text {below} needs both en and zh"
            raise IncompleteTextError(message)
        found |= _leaves(branch, below)
    return found


@cache
def texts() -> Mapping[str, Leaf]:
    """All texts by key, for example `park.power_now`.

    Raises:
        IncompleteTextError: if one lacks a language.
    """
    found: dict[str, Leaf] = {}
    for path in sorted(_TEXTS.glob("*.yaml")):
        found |= _leaves(YAML(typ="safe").load(path), "")
    return found


class Words:
    """Texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **fill: object) -> str:
        """The text of a key, its `{places}` filled.

        A `n` of 1 takes the form for one thing, where a text has it.

        Raises:
            KeyError: if there is no such text.
        """
        leaf = texts()[key]
        form = "one" if self.language == "en" and fill.get("n") in {1, "1"} and "one" in leaf else self.language
        return leaf[form].format(**fill) if fill else leaf[form]

    def section(self, prefix: str) -> dict[str, str]:
        """All texts below a prefix, by the rest of their key: what the browser needs to speak by itself."""
        start = f"{prefix}."
        return {key.removeprefix(start): leaf[self.language] for key, leaf in texts().items() if key.startswith(start)}

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in texts()


def preferred(asked: str | None, remembered: str | None, accepted: str | None) -> Language:
    """The language to speak: that of the address, else the one chosen before, else the browser's first known one.

    Args:
        asked: `lang` in the address.
        remembered: the language chosen earlier, from a cookie.
        accepted: the browser's `Accept-Language` header.
    """
    for wish in (asked, remembered):
        for language in LANGUAGES:
            if wish == language:
                return language
    weighed = [
        (_weight(weight), -place, language)
        for place, part in enumerate((accepted or "").split(","))
        for tag, _, weight in [part.strip().partition(";q=")]
        for language in LANGUAGES
        if tag.lower().split("-")[0] == language
    ]
    return max(weighed)[2] if weighed else LANGUAGES[0]


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0

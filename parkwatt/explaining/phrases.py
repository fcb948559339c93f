"""Sentences in both languages: a key with what fills its places, said when somebody asks in a language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from ruamel.yaml import YAML

from parkwatt.park import Name

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_TEXTS = Path(__file__).with_name("texts.yaml")


class Phrase:
    """A sentence, a name or a word that is said in the language of whoever asks."""

    __slots__ = ("fill", "key")

    def __init__(self, key: str, **fill: object) -> None:
        """Of a key in `texts.yaml`; what fills its places may be phrases, names and lists of both."""
        self.key, self.fill = key, fill

    def said(self, language: Language) -> str:
        """The sentence in a language.

        Raises:
            KeyError: if there is no such text.
        """
        text = texts()[self.key][language]
        return text.format(**{place: _said(value, language) for place, value in self.fill.items()})

    def __repr__(self) -> str:
        """The English sentence, for whoever debugs."""
        return f"<{self.said('en')}>"


def written(number: float) -> str:
    """A number as chains write it: ten significant digits, no needless zeros."""
    text = f"{number:.10g}"
    return f"{number:.10f}".rstrip("0") if "e-" in text and abs(number) >= 1e-10 else text


def sureness(checked: str) -> Phrase:
    """How sure a factor is, from the word of its table; a word that has no text stands as it is."""
    key = f"checked.{checked.replace(' ', '_')}"
    return Phrase(key) if key in texts() else Phrase("checked.other", checked=checked)


def quantity_name(quantity: str) -> object:
    """A quantity as chains name it: by its name in the park's files, in Chinese with what that means."""
    key = f"quantity.{quantity}"
    return Phrase(key) if key in texts() else quantity


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """All texts by key, for example `meter.rule`.

    Raises:
        ValueError: if one lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for section, entries in YAML(typ="safe").load(_TEXTS).items():
        for name, text in entries.items():
            if set(text) != set(LANGUAGES):
                message = f"text {section}.{name} needs en and zh, and nothing else"
                raise ValueError(message)
            found[f"{section}.{name}"] = text
    return found


def _said(value: object, language: Language) -> str:
    if isinstance(value, Phrase):
        return value.said(language)
    if isinstance(value, Name):
        return value.in_language(language)
    if isinstance(value, float):
        return written(value)
    if isinstance(value, tuple | list):
        return ("、" if language == "zh" else ", ").join(_said(each, language) for each in value)
    return str(value)

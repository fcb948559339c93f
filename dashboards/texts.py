"""Texts in both languages, from a folder of YAML files: `name.yaml` has the keys `name.*`."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from dashboards.live.words import LANGUAGES, IncompleteTextError

Texts = Mapping[str, Mapping[str, str]]
"""Texts by key, each by language."""


def read_texts(folder: Path) -> Texts:
    """All texts of a folder by key, `bill.items.peak`, each by language.

    Raises:
        IncompleteTextError: if one lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
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
